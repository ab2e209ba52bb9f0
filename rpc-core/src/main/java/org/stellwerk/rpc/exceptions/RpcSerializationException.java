package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/**
 * A call's argument or result cannot be serialised, or its bytes cannot be read; the message names
 * the place.
 */
public class RpcSerializationException extends RpcException {

  public RpcSerializationException(String message) {
    super(message);
  }

  public RpcSerializationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
