package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/** A misuse of the RPC layer by its caller, such as a gateway that cannot be served. */
public class RpcRuntimeException extends RuntimeException {

  public RpcRuntimeException(String message) {
    super(message);
  }

  public RpcRuntimeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
