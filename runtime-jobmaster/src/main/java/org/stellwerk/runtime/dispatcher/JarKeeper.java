package org.stellwerk.runtime.dispatcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.blob.BlobStore;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.messages.exceptions.JobSubmissionException;

/**
 * Knows which jars the jobs of this Dispatcher use, and deletes those that none uses any more after
 * the retention. A check for a jar waits for a deletion that has begun, so that no job is accepted
 * whose jar then vanishes; and a deletion ends only if this process leads after it has begun, so
 * that a new leader's job keeps its jar, however late the deposed one is. Component of the
 * Dispatcher, in its main thread; soft state.
 */
final class JarKeeper {

  private final BlobStore blobStore;
  private final Supplier<CompletableFuture<Void>> leadership;
  private final Duration retention;
  private final ComponentMainThreadExecutor mainThread;
  private final Map<BlobKey, Integer> uses = new LinkedHashMap<>();

  /** Which clean-up was the last to ask for the deletion of a jar; it alone deletes it. */
  private final Map<BlobKey, Long> latestCleanup = new LinkedHashMap<>();

  /** The jars that were asked for last because a submission with them was refused. */
  private final Set<BlobKey> refused = new LinkedHashSet<>();

  private final Map<BlobKey, CompletableFuture<Void>> deletions = new LinkedHashMap<>();
  private long cleanups;

  /**
   * A keeper of no jars yet.
   *
   * @param leadership fails if this process leads no more
   */
  JarKeeper(
      BlobStore blobStore,
      Supplier<CompletableFuture<Void>> leadership,
      Duration retention,
      ComponentMainThreadExecutor mainThread) {
    this.blobStore = blobStore;
    this.leadership = leadership;
    this.retention = retention;
    this.mainThread = mainThread;
  }

  /** A job uses the jars. */
  void acquire(List<BlobKey> jars) {
    jars.forEach(jar -> uses.merge(jar, 1, Integer::sum));
  }

  /** A job uses the jars no longer; they stay. */
  void release(List<BlobKey> jars) {
    jars.forEach(jar -> uses.computeIfPresent(jar, (key, count) -> count > 1 ? count - 1 : null));
  }

  /** Fails with JobSubmissionException, naming the jars that are not there. */
  CompletableFuture<Void> checkPresent(List<BlobKey> jars) {
    List<CompletableFuture<Boolean>> checks = new ArrayList<>();
    for (BlobKey jar : jars) {
      checks.add(
          deletions
              .getOrDefault(jar, FutureUtils.completedVoidFuture())
              .exceptionally(failure -> null)
              .thenCompose(deleted -> blobStore.contains(jar)));
    }
    return FutureUtils.combineAll(checks)
        .thenCompose(
            present -> {
              List<BlobKey> missing = new ArrayList<>();
              for (int i = 0; i < jars.size(); i++) {
                if (!present.get(i)) {
                  missing.add(jars.get(i));
                }
              }
              return missing.isEmpty()
                  ? FutureUtils.completedVoidFuture()
                  : CompletableFuture.failedFuture(
                      new JobSubmissionException(
                          "The cluster does not have the job's jars "
                              + missing
                              + "; upload them again before submitting"));
            });
  }

  /**
   * Deletes those of the jars that no job uses, after the retention; repeatable. When another
   * clean-up asks for the same jar meanwhile, the retention begins anew: where short jobs follow
   * one another, a jar that was uploaded again must not vanish in a gap between them.
   */
  CompletableFuture<Void> deleteUnused(List<BlobKey> jars) {
    if (jars.stream().allMatch(uses::containsKey)) {
      return FutureUtils.completedVoidFuture();
    }
    long cleanup = ++cleanups;
    jars.forEach(jar -> latestCleanup.put(jar, cleanup));
    jars.forEach(refused::remove);
    CompletableFuture<Void> deleted = new CompletableFuture<>();
    mainThread.schedule(
        () -> FutureUtils.forward(deleteNow(jars, cleanup), deleted),
        retention.toNanos(),
        TimeUnit.NANOSECONDS);
    return deleted;
  }

  /**
   * Deletes what a refused submission has brought, and no job uses, after the retention;
   * repeatable. A jar that the clean-up of a job will delete is left to that, which a later leader
   * goes on with.
   */
  CompletableFuture<Void> deleteRefused(List<BlobKey> jars) {
    List<BlobKey> own =
        jars.stream()
            .filter(jar -> !latestCleanup.containsKey(jar) || refused.contains(jar))
            .toList();
    CompletableFuture<Void> deleted = deleteUnused(own);
    own.stream().filter(latestCleanup::containsKey).forEach(refused::add);
    return deleted;
  }

  private CompletableFuture<Void> deleteNow(List<BlobKey> jars, long cleanup) {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (BlobKey jar : jars) {
      boolean isLatest = latestCleanup.remove(jar, cleanup);
      if (isLatest) {
        refused.remove(jar);
      }
      if (isLatest && !uses.containsKey(jar)) {
        CompletableFuture<Void> deletion = blobStore.delete(jar, leadership);
        deletions.put(jar, deletion);
        all.add(
            deletion.whenCompleteAsync(
                (ignored, failure) -> deletions.remove(jar, deletion), mainThread));
      }
    }
    return FutureUtils.completeAll(all);
  }
}
