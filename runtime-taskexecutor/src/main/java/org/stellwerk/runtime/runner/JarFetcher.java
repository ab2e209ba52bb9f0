package org.stellwerk.runtime.runner;

import java.io.IOException;
import java.nio.file.Path;
import org.stellwerk.runtime.id.BlobKey;

/** Gets a job's jar by its content key. Thread-safe; called from threads that may block. */
@FunctionalInterface
public interface JarFetcher {

  /**
   * Writes the content to the file, which does not exist yet.
   *
   * @param serverAddress the base URL of the blob server
   * @throws IOException if that is not possible after all retries; names address and key
   */
  void fetch(String serverAddress, BlobKey key, Path target)
      throws IOException, InterruptedException;
}
