package org.stellwerk.rpc;

/**
 * Base of every remote interface. A gateway's methods return a {@code CompletableFuture} (the call
 * is asked, and answered within a timeout) or {@code void} (the call is told: sent and forgotten).
 */
public interface RpcGateway {

  /** The address under which the endpoint can be connected to. */
  String getAddress();

  /** The host of the endpoint. */
  String getHostname();
}
