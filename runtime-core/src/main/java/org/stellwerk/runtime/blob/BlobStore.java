package org.stellwerk.runtime.blob;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.util.AutoCloseableAsync;

/** Content-addressed files that every process of the cluster can fetch. Thread-safe. */
public interface BlobStore extends AutoCloseableAsync {

  /** Stores a copy of the file; durable when completed. Idempotent. */
  CompletableFuture<BlobKey> put(Path file);

  /** Whether the content is there. */
  CompletableFuture<Boolean> contains(BlobKey key);

  /** Removes the content; harmless if it is not there. */
  CompletableFuture<Void> delete(BlobKey key);

  /** The base URL under which peers fetch: "http://host:port/blobs/". */
  String serverAddress();
}
