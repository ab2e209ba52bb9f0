package org.stellwerk.runtime.embedded;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/** Accepted jobs in memory, guarded by the fence. Completes its futures on the executor. */
final class InMemoryJobStore implements JobStore {

  private final SessionFence fence;
  private final Executor io;
  private final Map<JobID, StoredJob> jobs = new LinkedHashMap<>();

  InMemoryJobStore(SessionFence fence, Executor io) {
    this.fence = fence;
    this.io = io;
  }

  @Override
  public CompletableFuture<Void> putJob(UUID leaderSessionId, JobGraph jobGraph) {
    return FencedWrites.write(fence, io, leaderSessionId, () -> put(jobGraph));
  }

  private void put(JobGraph jobGraph) {
    StoredJob known = jobs.get(jobGraph.jobId());
    jobs.put(
        jobGraph.jobId(),
        new StoredJob(jobGraph, known == null ? Optional.empty() : known.progress()));
  }

  @Override
  public CompletableFuture<Void> putProgress(UUID leaderSessionId, JobProgress progress) {
    return FencedWrites.write(
        fence,
        io,
        leaderSessionId,
        () ->
            jobs.computeIfPresent(
                progress.jobId(),
                (id, known) -> new StoredJob(known.graph(), Optional.of(progress))));
  }

  @Override
  public CompletableFuture<Void> removeJob(UUID leaderSessionId, JobID jobId) {
    return FencedWrites.write(fence, io, leaderSessionId, () -> jobs.remove(jobId));
  }

  @Override
  public CompletableFuture<Void> verifyLeader(UUID leaderSessionId) {
    return FencedWrites.write(fence, io, leaderSessionId, () -> {});
  }

  @Override
  public CompletableFuture<List<StoredJob>> recoverJobs() {
    return CompletableFuture.supplyAsync(() -> fence.read(() -> List.copyOf(jobs.values())), io);
  }

  void clear() {
    fence.<@Nullable Void>read(
        () -> {
          jobs.clear();
          return null;
        });
  }
}
