package org.stellwerk.rpc.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.simulation.contract.ContractGateway;
import org.stellwerk.rpc.simulation.contract.RpcPeerContract;

/** Dead and paused peers in the simulator. */
class SimRpcPeerContractTest extends RpcPeerContract {

  private final SimScheduler sim = new SimScheduler(17);
  private final SimNetwork net =
      new SimNetwork(sim, SimRpcConfig.defaults().withAskTimeout(Duration.ofHours(1)));
  private int started;

  @Override
  protected RpcService makeService() {
    return net.newService("own");
  }

  @Override
  protected Duration soon() {
    return Duration.ofMillis(300);
  }

  @Override
  protected PeerProcess startPeer(@Nullable String connectTo) {
    started++;
    SimNode node = net.newNode("peer-" + started);
    hostPeerEndpoint(node.rpc());
    if (connectTo != null) {
      CompletableFuture<String> called = callFromPeer(node.rpc(), connectTo);
      sim.runUntil(called::isDone);
    }
    return new PeerProcess() {
      @Override
      public String endpointAddress() {
        return node.rpc().getEndpointAddress("peer");
      }

      @Override
      public void kill() {
        node.crash();
      }

      @Override
      public void pause() {
        node.freeze(PAUSE);
      }

      @Override
      public void resume() {
        // it goes on by itself
      }
    };
  }

  @Override
  protected <T> @Nullable T await(CompletableFuture<T> future) throws Throwable {
    sim.runUntil(future::isDone);
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  @Override
  protected long nowNanos() {
    return sim.nowNanos();
  }

  @Test
  void nobodyHearsThroughABlackHoleUntilAnotherProcessAnswers() throws Throwable {
    PeerProcess peer = startPeer(null);
    List<String> gone = new ArrayList<>();
    service.addPeerListener((name, reason) -> gone.add(name));
    await(service.connect(peer.endpointAddress(), ContractGateway.class));
    net.isolate("peer-1");
    peer.kill();
    sim.runFor(Duration.ofMinutes(5));
    assertThat(gone).isEmpty();
    net.heal();
    hostPeerEndpoint(net.newService("peer-1"));
    await(service.connect(peer.endpointAddress(), ContractGateway.class));
    assertThat(gone).containsExactly("sim://peer-1");
  }
}
