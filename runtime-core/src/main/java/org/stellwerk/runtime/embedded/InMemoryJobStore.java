package org.stellwerk.runtime.embedded;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/** Job graphs in memory, guarded by the fence. Completes its futures on the executor. */
final class InMemoryJobStore implements JobStore {

  private final SessionFence fence;
  private final Executor io;
  private final Map<JobID, JobGraph> jobs = new LinkedHashMap<>();

  InMemoryJobStore(SessionFence fence, Executor io) {
    this.fence = fence;
    this.io = io;
  }

  @Override
  public CompletableFuture<Void> putJob(UUID leaderSessionId, JobGraph jobGraph) {
    return FencedWrites.write(
        fence, io, leaderSessionId, () -> jobs.put(jobGraph.jobId(), jobGraph));
  }

  @Override
  public CompletableFuture<Void> removeJob(UUID leaderSessionId, JobID jobId) {
    return FencedWrites.write(fence, io, leaderSessionId, () -> jobs.remove(jobId));
  }

  @Override
  public CompletableFuture<List<JobGraph>> recoverJobs() {
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
