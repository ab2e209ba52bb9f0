package org.stellwerk.rpc.simulation.example;

import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.RpcGateway;

/** Grants one lease, for a time, to one holder at a time. */
interface LeaseGateway extends RpcGateway {

  /**
   * Grants the lease from now on, or prolongs it.
   *
   * @return whether the caller has it; false if somebody else does
   */
  CompletableFuture<Boolean> acquire(String holder);
}
