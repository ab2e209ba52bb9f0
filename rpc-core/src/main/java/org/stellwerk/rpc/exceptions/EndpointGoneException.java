package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/** The process answers, but the endpoint that a call was for has ended, or never was. */
public class EndpointGoneException extends RecipientUnreachableException {

  public EndpointGoneException(String message) {
    super(message);
  }

  public EndpointGoneException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
