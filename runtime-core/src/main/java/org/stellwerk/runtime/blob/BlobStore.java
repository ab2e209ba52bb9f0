package org.stellwerk.runtime.blob;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.util.AutoCloseableAsync;

/** Content-addressed files that every process of the cluster can fetch. Thread-safe. */
public interface BlobStore extends AutoCloseableAsync {

  /** Stores a copy of the file; durable when completed. Idempotent. */
  CompletableFuture<BlobKey> put(Path file);

  /** Whether the content is there; one who had begun to delete it may find that it must not. */
  CompletableFuture<Boolean> contains(BlobKey key);

  /**
   * Removes the content; harmless if it is not there.
   *
   * @param permission asked after the content was taken out of its place, from where it can still
   *     be fetched and {@link #contains claimed}. If it fails, the content is put back and the
   *     deletion fails with its cause. A deposed leader that sleeps before it asks therefore
   *     deletes nothing, and one that sleeps after it got its answer nothing that anybody claimed.
   */
  CompletableFuture<Void> delete(BlobKey key, Supplier<CompletableFuture<Void>> permission);

  /** The base URL under which peers fetch: "http://host:port/blobs/". */
  String serverAddress();
}
