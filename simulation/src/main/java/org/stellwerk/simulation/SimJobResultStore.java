package org.stellwerk.simulation;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobResult;

/** The results of jobs that are over, behind the network. */
record SimJobResultStore(SimHaServices client, SimStores stores) implements JobResultStore {

  @Override
  public CompletableFuture<Void> createDirtyResult(UUID leaderSessionId, JobResult result) {
    return client.write(
        leaderSessionId,
        "store the result of job " + result.jobId(),
        () -> stores.createDirtyResult(result));
  }

  @Override
  public CompletableFuture<Void> markResultAsClean(UUID leaderSessionId, JobID jobId) {
    return client.write(
        leaderSessionId,
        "mark the result of job " + jobId + " as clean",
        () -> stores.markResultAsClean(jobId));
  }

  @Override
  public CompletableFuture<Optional<JobResult>> getResult(JobID jobId) {
    return client.read("read the result of job " + jobId, () -> stores.result(jobId));
  }

  @Override
  public CompletableFuture<List<JobResult>> getDirtyResults() {
    return client.read("read the results of jobs that are not cleaned up", stores::dirtyResults);
  }
}
