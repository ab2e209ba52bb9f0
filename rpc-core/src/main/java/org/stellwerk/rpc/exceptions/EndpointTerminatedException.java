package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/** The endpoint is terminating or has terminated. */
public class EndpointTerminatedException extends RpcException {

  public EndpointTerminatedException(String message) {
    super(message);
  }

  public EndpointTerminatedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
