package org.stellwerk.rpc.simulation.contract;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcService;

/** The fenced endpoint that the suite calls. */
public final class FencedContractEndpoint extends FencedRpcEndpoint<ContractToken>
    implements FencedGateway, UnfencedGateway {

  private final MainThreadWitness witness = new MainThreadWitness();
  private int calls;

  FencedContractEndpoint(RpcService service, String name, ContractToken token) {
    super(service, name, token);
  }

  @Override
  public CompletableFuture<Integer> count() {
    validateRunsInMainThread();
    witness.see();
    calls++;
    return CompletableFuture.completedFuture(calls);
  }

  @Override
  public CompletableFuture<Integer> countUnfenced() {
    return count();
  }

  MainThreadWitness witness() {
    return witness;
  }

  void post(Runnable runnable) {
    runAsync(runnable);
  }

  <V> CompletableFuture<V> call(Callable<V> callable, Duration timeout) {
    return callAsync(callable, timeout);
  }

  void postDelayed(Runnable runnable, Duration delay) {
    scheduleRunAsync(runnable, delay);
  }
}
