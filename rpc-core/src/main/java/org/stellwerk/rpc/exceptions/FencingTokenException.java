package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/**
 * A call's fencing token is not that of the endpoint: its leader session is not the current one.
 */
public class FencingTokenException extends RpcException {

  public FencingTokenException(String message) {
    super(message);
  }

  public FencingTokenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
