package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/** A process answers at the address, but it has no endpoint of that name, or has it no more. */
public class EndpointNotFoundException extends RpcConnectionException {

  public EndpointNotFoundException(String message) {
    super(message);
  }

  public EndpointNotFoundException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
