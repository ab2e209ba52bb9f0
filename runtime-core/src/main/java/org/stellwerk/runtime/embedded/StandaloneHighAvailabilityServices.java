package org.stellwerk.runtime.embedded;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;

/**
 * {@code high-availability.type: none} over a network: one JobManager, whose address everybody
 * knows from the configuration. The election grants at once and with the same session id each time,
 * retrieval answers the configured addresses at once, the stores are in memory.
 *
 * <p>The bound of this mode: a JobManager that was started again has the fencing token of the one
 * before it. Messages that were on their way across the restart are not told apart by the token; it
 * is the job and attempt ids in them, unknown to the new process, that make it refuse them. And
 * nothing keeps two JobManagers at two addresses apart. Whoever needs more takes ZooKeeper.
 */
public final class StandaloneHighAvailabilityServices implements HighAvailabilityServices {

  /** The session of every leader in this mode. */
  public static final UUID DEFAULT_LEADER_ID = new UUID(0, 0);

  private final LeaderInformation leader;
  private final Executor io;
  private final StandaloneLeaderElection election;
  private final InMemoryJobStore jobStore;
  private final InMemoryJobResultStore jobResultStore;

  /**
   * Services of the JobManager itself or of one of its peers.
   *
   * @param rpcAddressPrefix what the addresses of the JobManager's endpoints begin with
   * @param restAddress "http://host:port" of its REST endpoint
   * @param io runs callbacks and completes futures; not in the calling thread
   */
  public StandaloneHighAvailabilityServices(
      String rpcAddressPrefix, String restAddress, Executor io) {
    this.leader = new LeaderInformation(DEFAULT_LEADER_ID, rpcAddressPrefix, restAddress);
    this.io = io;
    this.election = new StandaloneLeaderElection(DEFAULT_LEADER_ID, io);
    this.jobStore = new InMemoryJobStore(election, io);
    this.jobResultStore = new InMemoryJobResultStore(election, io);
  }

  @Override
  public LeaderElection leaderElection() {
    return election;
  }

  @Override
  public LeaderRetrievalService newLeaderRetrieval() {
    return new StandaloneLeaderRetrieval(leader, io);
  }

  @Override
  public JobStore jobStore() {
    return jobStore;
  }

  @Override
  public JobResultStore jobResultStore() {
    return jobResultStore;
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    return election.closeAsync();
  }

  @Override
  public CompletableFuture<Void> closeAndCleanupAllData() {
    jobStore.clear();
    jobResultStore.clear();
    return closeAsync();
  }
}
