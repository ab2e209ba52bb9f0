package org.stellwerk.runtime.highavailability;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A store, or the coordination service, refuses this process. That does not pass: somebody has to
 * give it the rights or the credentials, and the message says where and which. What was asked for
 * was not done.
 */
public final class StoreAccessDeniedException extends IOException {

  private static final long serialVersionUID = 1L;

  public StoreAccessDeniedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
