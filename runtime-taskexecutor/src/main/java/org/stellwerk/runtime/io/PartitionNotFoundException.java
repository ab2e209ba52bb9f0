package org.stellwerk.runtime.io;

import java.io.IOException;

/** The producer that a task is to read from was not there in time, or is another attempt. */
public final class PartitionNotFoundException extends IOException {

  private static final long serialVersionUID = 1L;

  public PartitionNotFoundException(String message) {
    super(message);
  }
}
