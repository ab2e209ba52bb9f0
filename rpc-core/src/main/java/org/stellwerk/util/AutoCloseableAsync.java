package org.stellwerk.util;

import java.util.concurrent.CompletableFuture;

/** Something that closes without blocking its caller. Closing is idempotent. */
public interface AutoCloseableAsync {

  /**
   * Begins to close; repeated calls answer the same outcome.
   *
   * @return completes when everything is closed, exceptionally with the first failure met
   */
  CompletableFuture<Void> closeAsync();
}
