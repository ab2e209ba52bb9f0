package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/** The peer answered but the two sides do not fit; the message names both. */
public class HandshakeException extends RpcConnectionException {

  public HandshakeException(String message) {
    super(message);
  }

  public HandshakeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
