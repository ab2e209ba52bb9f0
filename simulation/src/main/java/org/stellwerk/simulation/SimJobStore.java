package org.stellwerk.simulation;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/** The graphs of accepted jobs, behind the network. */
record SimJobStore(SimHaServices client, SimStores stores) implements JobStore {

  @Override
  public CompletableFuture<Void> putJob(UUID leaderSessionId, JobGraph jobGraph) {
    return client.<@Nullable Void>request(
        "put job",
        () -> {
          stores.putJob(leaderSessionId, jobGraph);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> removeJob(UUID leaderSessionId, JobID jobId) {
    return client.<@Nullable Void>request(
        "remove job",
        () -> {
          stores.removeJob(leaderSessionId, jobId);
          return null;
        });
  }

  @Override
  public CompletableFuture<List<JobGraph>> recoverJobs() {
    return client.request("recover jobs", stores::jobs);
  }
}
