package org.stellwerk.rpc.simulation.contract;

import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.RpcGateway;

/** The gateway of somebody who does not know that the endpoint is fenced. */
public interface UnfencedGateway extends RpcGateway {

  CompletableFuture<Integer> countUnfenced();
}
