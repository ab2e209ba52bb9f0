package org.stellwerk.simulation;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobResult;

/** The results of jobs that are over, behind the network. */
record SimJobResultStore(SimHaServices client, SimStores stores) implements JobResultStore {

  @Override
  public CompletableFuture<Void> createDirtyResult(UUID leaderSessionId, JobResult result) {
    return client.<@Nullable Void>request(
        "create result",
        () -> {
          stores.createDirtyResult(leaderSessionId, result);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> markResultAsClean(UUID leaderSessionId, JobID jobId) {
    return client.<@Nullable Void>request(
        "mark result clean",
        () -> {
          stores.markResultAsClean(leaderSessionId, jobId);
          return null;
        });
  }

  @Override
  public CompletableFuture<Optional<JobResult>> getResult(JobID jobId) {
    return client.request("get result", () -> stores.result(jobId));
  }

  @Override
  public CompletableFuture<List<JobResult>> getDirtyResults() {
    return client.request("get dirty results", stores::dirtyResults);
  }
}
