package org.stellwerk.runtime.highavailability;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A store, or the coordination service, could not be reached or did not answer: that passes. Reads
 * may be repeated; the outcome of a write is unknown, and it may be repeated, too. What a store
 * holds but cannot be read is another failure, which repeating does not mend.
 */
public class StoreUnavailableException extends IOException {

  private static final long serialVersionUID = 1L;

  public StoreUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
