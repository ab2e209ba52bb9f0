package org.stellwerk.runtime.io;

import java.io.IOException;

/**
 * A consumer of the task's output failed or was cancelled. Never a root cause: it is thrown only
 * when the task was not cancelled within the grace time although its consumer had ended.
 */
public final class ConsumerFailedException extends IOException {

  private static final long serialVersionUID = 1L;

  public ConsumerFailedException(String message) {
    super(message);
  }
}
