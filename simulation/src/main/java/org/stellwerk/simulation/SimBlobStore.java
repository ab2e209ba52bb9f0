package org.stellwerk.simulation;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.blob.BlobStore;
import org.stellwerk.runtime.id.BlobKey;

/**
 * The cluster's files in the simulated world: only their keys exist, and outlive every process. A
 * JobManager's view of them; each call takes the latency of its I/O.
 */
public final class SimBlobStore implements BlobStore {

  private final Blobs blobs;
  private final SimNode node;

  SimBlobStore(Blobs blobs, SimNode node) {
    this.blobs = blobs;
    this.node = node;
  }

  @Override
  public CompletableFuture<BlobKey> put(Path file) {
    throw new UnsupportedOperationException(
        "There are no files in the simulated world: add the key of " + file + " to its blobs.");
  }

  @Override
  public CompletableFuture<Boolean> contains(BlobKey key) {
    return later(() -> blobs.keys.contains(key));
  }

  @Override
  public CompletableFuture<Void> delete(BlobKey key) {
    return later(
        () -> {
          blobs.keys.remove(key);
          return null;
        });
  }

  private <T extends @Nullable Object> CompletableFuture<T> later(Supplier<T> step) {
    CompletableFuture<T> done = node.newFuture();
    node.io().execute(() -> done.complete(step.get()));
    return done;
  }

  @Override
  public String serverAddress() {
    return "sim://" + node.name() + "/blobs/";
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    return CompletableFuture.completedFuture(null);
  }

  /** What is stored. */
  public static final class Blobs {

    private final Set<BlobKey> keys = new TreeSet<>();

    /** Adds a file, as a client's upload does. */
    public void add(BlobKey key) {
      keys.add(key);
    }

    /** The keys of all files, in their order. */
    public Set<BlobKey> keys() {
      return new TreeSet<>(keys);
    }
  }
}
