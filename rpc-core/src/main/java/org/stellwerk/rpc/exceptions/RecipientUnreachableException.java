package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/** There is no endpoint at the address any more, or its process is gone. */
public class RecipientUnreachableException extends RpcException {

  public RecipientUnreachableException(String message) {
    super(message);
  }

  public RecipientUnreachableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
