package org.stellwerk.rpc;

import java.util.concurrent.CompletableFuture;

/** The server side of one endpoint; its proxy also implements the endpoint's gateways. */
public interface RpcServer extends StartStoppable, MainThreadExecutable, RpcGateway {

  /** Completes once the endpoint has terminated, exceptionally if its onStart or onStop failed. */
  CompletableFuture<Void> getTerminationFuture();
}
