package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.Nullable;

/**
 * Stands in for an exception of the other process whose class this process does not know, or does
 * not rebuild. Prints as the original would: class name, message, remote stack, causes.
 */
public class ForeignException extends RuntimeException {

  private final String originalClassName;

  public ForeignException(
      String originalClassName, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.originalClassName = originalClassName;
  }

  /** The class of the exception that was thrown. */
  public String getOriginalClassName() {
    return originalClassName;
  }

  @Override
  @SuppressWarnings("OverrideThrowableToString") // getMessage() stays the original's
  public String toString() {
    String message = getMessage();
    return message == null ? originalClassName : originalClassName + ": " + message;
  }
}
