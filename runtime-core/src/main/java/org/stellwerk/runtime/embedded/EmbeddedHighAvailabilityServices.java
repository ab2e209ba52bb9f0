package org.stellwerk.runtime.embedded;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;
import org.stellwerk.util.IdGenerator;

/**
 * One member's high-availability services in an {@link EmbeddedHaCluster}: for MiniCluster and
 * tests, where everybody lives in one JVM. The stores belong to the cluster: closing a member keeps
 * them for the others and for members to come. Retrievals are closed by whoever asked for them.
 */
public final class EmbeddedHighAvailabilityServices implements HighAvailabilityServices {

  private final EmbeddedHaCluster cluster;
  private final EmbeddedLeaderElection election;

  /** A member of a cluster that others share. */
  public EmbeddedHighAvailabilityServices(EmbeddedHaCluster cluster) {
    this.cluster = cluster;
    this.election = new EmbeddedLeaderElection(cluster);
  }

  /** The only member of a cluster of its own. */
  public EmbeddedHighAvailabilityServices(IdGenerator ids, Executor io) {
    this(new EmbeddedHaCluster(ids, io));
  }

  @Override
  public LeaderElection leaderElection() {
    return election;
  }

  @Override
  public LeaderRetrievalService newLeaderRetrieval() {
    return new EmbeddedLeaderRetrieval(cluster);
  }

  @Override
  public JobStore jobStore() {
    return cluster.jobStore();
  }

  @Override
  public JobResultStore jobResultStore() {
    return cluster.jobResultStore();
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    return election.closeAsync();
  }

  @Override
  public CompletableFuture<Void> closeAndCleanupAllData() {
    cluster.jobStore().clear();
    cluster.jobResultStore().clear();
    return closeAsync();
  }
}
