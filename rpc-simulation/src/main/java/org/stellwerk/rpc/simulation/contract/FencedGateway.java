package org.stellwerk.rpc.simulation.contract;

import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.FencedRpcGateway;

/** The gateway of the fenced endpoint. */
public interface FencedGateway extends FencedRpcGateway<ContractToken> {

  CompletableFuture<Integer> count();
}
