package org.stellwerk.rpc.simulation;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.stellwerk.rpc.simulation.SimNetwork.Delivery;

/**
 * The question to a process whether it answers, on a fresh connection: a hop there and a hop back,
 * past whatever waits on the connections of before; these are made anew if nothing gets through.
 */
final class SimKnock {

  private static final Duration PATIENCE = Duration.ofMillis(1300);

  private final SimRpcService caller;
  private final SimNode peer;
  private final CompletableFuture<Boolean> result;

  SimKnock(SimRpcService caller, SimNode peer) {
    this.caller = caller;
    this.peer = peer;
    this.result = new SimFuture<>(caller.scheduler());
  }

  CompletableFuture<Boolean> send() {
    var timer =
        caller
            .node()
            .drivers()
            .schedule(() -> result.complete(false), PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    result.whenComplete((answers, failure) -> timer.cancel(false));
    transmit(caller.node(), peer, "knock", this::answer);
    return result;
  }

  private void answer() {
    if (peer.rpc().isClosed()) {
      result.complete(false);
    } else {
      transmit(peer, caller.node(), "knock answered", this::answered);
    }
  }

  private void answered() {
    if (!result.isDone()) {
      caller.network().renewal().renew(caller.node(), peer);
      result.complete(true);
    }
  }

  private void transmit(SimNode from, SimNode to, String label, Runnable arrival) {
    Delivery delivery = Delivery.of(arrival, () -> result.complete(false));
    caller.network().transmit(from, to, null, label, delivery);
  }
}
