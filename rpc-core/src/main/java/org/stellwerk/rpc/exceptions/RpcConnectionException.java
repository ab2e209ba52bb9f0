package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/** A connection could not be made: nobody answers at the address. */
public class RpcConnectionException extends RpcException {

  public RpcConnectionException(String message) {
    super(message);
  }

  public RpcConnectionException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
