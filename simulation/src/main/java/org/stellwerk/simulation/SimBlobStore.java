package org.stellwerk.simulation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimRandom;
import org.stellwerk.runtime.blob.BlobStore;
import org.stellwerk.runtime.id.BlobKey;

/**
 * The cluster's files in the simulated world: only their keys exist, and outlive every process. A
 * JobManager's view of them; each call takes the latency of its I/O.
 */
public final class SimBlobStore implements BlobStore {

  private final Blobs blobs;
  private final SimNode node;
  private final SimRandom random;

  SimBlobStore(Blobs blobs, SimNode node) {
    this.blobs = blobs;
    this.node = node;
    this.random = node.random().fork("blobs");
  }

  @Override
  public CompletableFuture<BlobKey> put(Path file) {
    throw new UnsupportedOperationException(
        "There are no files in the simulated world: add the key of " + file + " to its blobs.");
  }

  @Override
  public CompletableFuture<Boolean> contains(BlobKey key) {
    return later("look for " + key, () -> blobs.keys.contains(key));
  }

  @Override
  public CompletableFuture<Void> delete(BlobKey key) {
    return later(
        "delete " + key,
        () -> {
          blobs.keys.remove(key);
          return null;
        });
  }

  private <T extends @Nullable Object> CompletableFuture<T> later(String what, Supplier<T> step) {
    CompletableFuture<T> done = node.newFuture();
    node.io().execute(() -> carryOut(what, step, done));
    return done;
  }

  private <T extends @Nullable Object> void carryOut(
      String what, Supplier<T> step, CompletableFuture<T> done) {
    if (blobs.failing > 0 && random.chance(blobs.failing)) {
      blobs.failures++;
      done.completeExceptionally(new IOException("Cannot " + what + ": the disk fails"));
    } else {
      done.complete(step.get());
    }
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
    private double failing;
    private int failures;

    /** From now on this share of what JobManagers do with files fails. */
    void fail(double share) {
      failing = share;
    }

    /** How often something failed. */
    public int failures() {
      return failures;
    }

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
