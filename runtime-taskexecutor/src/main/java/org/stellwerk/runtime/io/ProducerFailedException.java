package org.stellwerk.runtime.io;

import java.io.IOException;

/**
 * A producer of the task's input failed or was cancelled. Never a root cause: it is thrown only
 * when the task was not cancelled within the grace time although its producer had ended, so that
 * the producer's own report comes first; the message holds that failure.
 */
public final class ProducerFailedException extends IOException {

  private static final long serialVersionUID = 1L;

  public ProducerFailedException(String message) {
    super(message);
  }
}
