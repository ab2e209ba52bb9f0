package org.stellwerk.simulation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
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
    return later("look for " + key, () -> blobs.claim(key));
  }

  @Override
  public CompletableFuture<Void> delete(BlobKey key, Supplier<CompletableFuture<Void>> permission) {
    return later("set aside " + key, () -> blobs.setAside(node, key))
        .thenCompose(
            aside ->
                permission
                    .get()
                    .handle((ignored, refusal) -> end(key, aside, refusal))
                    .thenCompose(Function.identity()));
  }

  private CompletableFuture<Void> end(BlobKey key, long aside, @Nullable Throwable refusal) {
    CompletableFuture<Void> ended =
        later(
            "end the deletion of " + key,
            () -> {
              blobs.end(aside, refusal != null);
              return null;
            });
    return refusal == null
        ? ended
        : ended.thenCompose(ignored -> CompletableFuture.failedFuture(refusal));
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

    private final List<DeletionListener> listeners = new ArrayList<>();
    private final Set<BlobKey> keys = new TreeSet<>();

    /** What was set aside, each time under a number that is never used again. */
    private final Map<Long, BlobKey> aside = new TreeMap<>();

    private long lastAside;
    private double failing;
    private int failures;

    /** From now on the listener hears of deletions. */
    public void addListener(DeletionListener listener) {
      listeners.add(listener);
    }

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

    /** The keys of all files that can be fetched, in their order. */
    public Set<BlobKey> keys() {
      Set<BlobKey> all = new TreeSet<>(keys);
      all.addAll(aside.values());
      return all;
    }

    /** Whether the file can be fetched. */
    public boolean contains(BlobKey key) {
      return keys.contains(key) || aside.containsValue(key);
    }

    private boolean claim(BlobKey key) {
      if (aside.values().removeIf(key::equals)) {
        keys.add(key);
      }
      return keys.contains(key);
    }

    private long setAside(SimNode deleter, BlobKey key) {
      boolean there = claim(key);
      lastAside++;
      if (there) {
        keys.remove(key);
        aside.put(lastAside, key);
        listeners.forEach(listener -> listener.onSetAside(lastAside, deleter, key));
      }
      return lastAside;
    }

    private void end(long number, boolean putBack) {
      BlobKey key = aside.remove(number);
      if (key == null) {
        return;
      }
      if (putBack) {
        keys.add(key);
      }
      listeners.forEach(listener -> listener.onEnd(number, !putBack));
    }
  }

  /** Hears of deletions, each at the instant at which it happens. */
  public interface DeletionListener {

    /** A process is about to delete a file that is there; the number stands for this attempt. */
    void onSetAside(long number, SimNode deleter, BlobKey key);

    /** The attempt is over; it was not if somebody has claimed the file meanwhile. */
    void onEnd(long number, boolean deleted);
  }
}
