package org.stellwerk.runtime.embedded;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.options.JobStoreOptions;

/**
 * Job results in memory, guarded by the fence. Completes its futures on the executor. Of clean ones
 * it keeps the newest, as many as are kept by default.
 */
final class InMemoryJobResultStore implements JobResultStore {

  private static final int CAPACITY = JobStoreOptions.capacity(Configuration.empty());

  private final SessionFence fence;
  private final Executor io;
  private final Map<JobID, JobResult> results = new LinkedHashMap<>();
  private final Set<JobID> dirty = new LinkedHashSet<>();

  InMemoryJobResultStore(SessionFence fence, Executor io) {
    this.fence = fence;
    this.io = io;
  }

  @Override
  public CompletableFuture<Void> createDirtyResult(UUID leaderSessionId, JobResult result) {
    return FencedWrites.write(
        fence,
        io,
        leaderSessionId,
        () -> {
          if (results.putIfAbsent(result.jobId(), result) == null) {
            dirty.add(result.jobId());
          }
        });
  }

  @Override
  public CompletableFuture<Void> markResultAsClean(UUID leaderSessionId, JobID jobId) {
    return FencedWrites.write(
        fence,
        io,
        leaderSessionId,
        () -> {
          if (!results.containsKey(jobId)) {
            throw new IllegalStateException(
                "Job " + jobId + " has no result that could be marked as clean");
          }
          dirty.remove(jobId);
          removeOldestClean();
        });
  }

  private void removeOldestClean() {
    Iterator<JobID> oldest = results.keySet().iterator();
    while (results.size() - dirty.size() > CAPACITY) {
      if (!dirty.contains(oldest.next())) {
        oldest.remove();
      }
    }
  }

  @Override
  public CompletableFuture<Optional<JobResult>> getResult(JobID jobId) {
    return CompletableFuture.supplyAsync(
        () -> fence.read(() -> Optional.ofNullable(results.get(jobId))), io);
  }

  @Override
  public CompletableFuture<List<JobResult>> getDirtyResults() {
    return CompletableFuture.supplyAsync(
        () -> fence.read(() -> dirty.stream().map(results::get).toList()), io);
  }

  void clear() {
    fence.<@Nullable Void>read(
        () -> {
          results.clear();
          dirty.clear();
          return null;
        });
  }
}
