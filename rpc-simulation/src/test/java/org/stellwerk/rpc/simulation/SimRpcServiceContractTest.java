package org.stellwerk.rpc.simulation;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.simulation.contract.RpcServiceContract;
import org.stellwerk.util.FatalErrorHandler;

/** The contract on two simulated nodes. */
class SimRpcServiceContractTest extends RpcServiceContract {

  private static final int LIMIT = 64 * 1024;

  private final SimScheduler sim = new SimScheduler(11);
  private final Map<Duration, SimNetwork> networks = new LinkedHashMap<>();

  @Override
  protected RpcService makeService(String name, FatalErrorHandler handler, Duration askTimeout) {
    SimRpcService service =
        networks
            .computeIfAbsent(
                askTimeout,
                timeout ->
                    new SimNetwork(
                        sim,
                        SimRpcConfig.defaults().withMaxMessageBytes(LIMIT).withAskTimeout(timeout)))
            .newService(name);
    service.node().fatalErrors().onErrors(handler::onFatalError);
    return service;
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

  @Override
  protected int maximumMessageBytes() {
    return LIMIT;
  }
}
