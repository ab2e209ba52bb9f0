package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/** Base of the RPC layer's checked failures. */
public class RpcException extends Exception {

  public RpcException(String message) {
    super(message);
  }

  public RpcException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
