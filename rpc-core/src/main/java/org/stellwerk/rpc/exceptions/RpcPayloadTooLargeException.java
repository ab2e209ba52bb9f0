package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/** A message is above the maximum size; the message names both sizes. */
public class RpcPayloadTooLargeException extends RpcException {

  public RpcPayloadTooLargeException(String message) {
    super(message);
  }

  public RpcPayloadTooLargeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
