package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/** The endpoint exists but does not answer calls yet. */
public class EndpointNotStartedException extends RpcException {

  public EndpointNotStartedException(String message) {
    super(message);
  }

  public EndpointNotStartedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
