package org.stellwerk.rpc.simulation.contract;

import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcService;

/** The fenced endpoint that the suite calls. */
public final class FencedContractEndpoint extends FencedRpcEndpoint<ContractToken>
    implements FencedGateway, UnfencedGateway {

  private int calls;

  FencedContractEndpoint(RpcService service, String name, ContractToken token) {
    super(service, name, token);
  }

  @Override
  public CompletableFuture<Integer> count() {
    validateRunsInMainThread();
    calls++;
    return CompletableFuture.completedFuture(calls);
  }

  @Override
  public CompletableFuture<Integer> countUnfenced() {
    return count();
  }
}
