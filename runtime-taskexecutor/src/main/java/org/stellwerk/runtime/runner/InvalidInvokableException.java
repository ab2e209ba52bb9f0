package org.stellwerk.runtime.runner;

import org.jspecify.annotations.Nullable;

/** The class that a vertex names is not there, or cannot be run. No restart helps. */
public final class InvalidInvokableException extends Exception {

  private static final long serialVersionUID = 1L;

  public InvalidInvokableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
