package org.stellwerk.simulation;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/** The accepted jobs, behind the network. */
record SimJobStore(SimHaServices client, SimStores stores) implements JobStore {

  @Override
  public CompletableFuture<Void> putJob(UUID leaderSessionId, JobGraph jobGraph) {
    return client.write(
        leaderSessionId, "store job " + jobGraph.jobId(), () -> stores.putJob(jobGraph));
  }

  @Override
  public CompletableFuture<Void> putProgress(UUID leaderSessionId, JobProgress progress) {
    return client.write(
        leaderSessionId,
        "store the progress of job " + progress.jobId(),
        () -> stores.putProgress(progress));
  }

  @Override
  public CompletableFuture<Void> removeJob(UUID leaderSessionId, JobID jobId) {
    return client.write(leaderSessionId, "remove job " + jobId, () -> stores.removeJob(jobId));
  }

  @Override
  public CompletableFuture<Void> verifyLeader(UUID leaderSessionId) {
    return client.write(leaderSessionId, "verify the leader", () -> {});
  }

  @Override
  public CompletableFuture<List<StoredJob>> recoverJobs() {
    return client.read("read the stored jobs", stores::storedJobs);
  }
}
