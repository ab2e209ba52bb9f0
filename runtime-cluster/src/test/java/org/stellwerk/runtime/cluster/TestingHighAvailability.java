package org.stellwerk.runtime.cluster;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.embedded.EmbeddedHaCluster;
import org.stellwerk.runtime.embedded.EmbeddedHighAvailabilityServices;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;

/** No jobs are stored, and what recovering them answers is the test's; so is the election. */
final class TestingHighAvailability implements HighAvailabilityServices {

  final TestingElection election = new TestingElection();
  CompletableFuture<List<StoredJob>> storedJobs = CompletableFuture.completedFuture(List.of());
  private final EmbeddedHighAvailabilityServices rest;

  TestingHighAvailability(EmbeddedHaCluster cluster) {
    this.rest = new EmbeddedHighAvailabilityServices(cluster);
  }

  @Override
  public LeaderElection leaderElection() {
    return election;
  }

  @Override
  public LeaderRetrievalService newLeaderRetrieval() {
    return rest.newLeaderRetrieval();
  }

  @Override
  public JobStore jobStore() {
    return new RecoveredJobs();
  }

  @Override
  public JobResultStore jobResultStore() {
    return rest.jobResultStore();
  }

  @Override
  public CompletableFuture<Void> closeAndCleanupAllData() {
    return rest.closeAndCleanupAllData();
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    return rest.closeAsync();
  }

  private final class RecoveredJobs implements JobStore {

    @Override
    public CompletableFuture<Void> putJob(UUID leaderSessionId, JobGraph jobGraph) {
      return rest.jobStore().putJob(leaderSessionId, jobGraph);
    }

    @Override
    public CompletableFuture<Void> putProgress(UUID leaderSessionId, JobProgress progress) {
      return rest.jobStore().putProgress(leaderSessionId, progress);
    }

    @Override
    public CompletableFuture<Void> removeJob(UUID leaderSessionId, JobID jobId) {
      return rest.jobStore().removeJob(leaderSessionId, jobId);
    }

    @Override
    public CompletableFuture<Void> verifyLeader(UUID leaderSessionId) {
      return FutureUtils.completedVoidFuture();
    }

    @Override
    public CompletableFuture<List<StoredJob>> recoverJobs() {
      return storedJobs;
    }
  }
}
