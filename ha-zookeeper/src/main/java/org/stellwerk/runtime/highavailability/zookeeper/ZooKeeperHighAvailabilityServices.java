package org.stellwerk.runtime.highavailability.zookeeper;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.highavailability.EndedJobStore;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;
import org.stellwerk.runtime.options.JobStoreOptions;
import org.stellwerk.runtime.persistence.FileEndedJobStore;
import org.stellwerk.runtime.persistence.StorageDirectory;
import org.stellwerk.util.IdGenerator;

/**
 * A process's high-availability services on ZooKeeper: one client, one latch, the retrievals and
 * the stores. Everything of a cluster lies below {@code <path.root>/<cluster-id>}; state that is
 * too large for a node lies in the cluster's storage directory. Calls to the stores have threads of
 * their own, so that those that wait for ZooKeeper hold up nothing else. Thread-safe.
 */
public final class ZooKeeperHighAvailabilityServices implements HighAvailabilityServices {

  private static final int STORE_THREADS = 16;
  private static final Duration STORE_THREAD_IDLE = Duration.ofSeconds(30);

  private final CuratorFramework client;
  private final Executor io;
  private final ThreadPoolExecutor storeCalls = newStoreThreads();
  private final ZooKeeperLeaderElection election;
  private final ZooKeeperJobStore jobStore;
  private final ZooKeeperJobResultStore jobResultStore;
  private final Optional<FileEndedJobStore> endedJobStore;

  private ZooKeeperHighAvailabilityServices(
      Configuration configuration, CuratorFramework client, Executor io, IdGenerator ids) {
    Optional<Path> storage = StorageDirectory.ofCluster(configuration);
    int capacity = JobStoreOptions.capacity(configuration);
    this.client = client;
    this.io = io;
    this.election = new ZooKeeperLeaderElection(client, ids, io, storeCalls);
    FencedTransactions transactions = election.transactions();
    this.jobStore =
        new ZooKeeperJobStore(
            transactions, new StateFiles(storage.map(base -> base.resolve("jobs"))));
    this.jobResultStore =
        new ZooKeeperJobResultStore(
            transactions, new StateFiles(storage.map(base -> base.resolve("results"))), capacity);
    this.endedJobStore =
        storage.map(base -> new FileEndedJobStore(base.resolve("ended-jobs"), capacity, io));
  }

  /**
   * Connects to the configured ZooKeeper; blocks until it is connected or until the connection
   * timeout is over.
   *
   * @param io runs the callbacks of elections and retrievals, one thread of it for each at most
   * @throws ZooKeeperUnavailableException with one line, if ZooKeeper cannot be reached
   * @throws org.stellwerk.configuration.IllegalConfigurationException if an option is wrong
   */
  public static ZooKeeperHighAvailabilityServices create(
      Configuration configuration, Executor io, IdGenerator ids)
      throws ZooKeeperUnavailableException, InterruptedException {
    StorageDirectory.ofCluster(configuration); // refuses a wrong value before it connects
    CuratorFramework client = ZooKeeperConnection.open(ZooKeeperConfig.of(configuration));
    return new ZooKeeperHighAvailabilityServices(configuration, client, io, ids);
  }

  @Override
  public LeaderElection leaderElection() {
    return election;
  }

  @Override
  public LeaderRetrievalService newLeaderRetrieval() {
    return new ZooKeeperLeaderRetrieval(client, io);
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
  public EndedJobStore endedJobStore() {
    return endedJobStore.isPresent() ? endedJobStore.get() : EndedJobStore.NONE;
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    return FutureUtils.composeAfterwards(
        election.closeAsync(),
        Runnable::run,
        () -> CompletableFuture.runAsync(this::closeClient, io));
  }

  @Override
  public CompletableFuture<Void> closeAndCleanupAllData() {
    CompletableFuture<Void> cleared =
        election
            .transactions()
            .async(
                "remove what the cluster has stored",
                () -> {
                  jobStore.clear();
                  jobResultStore.clear();
                  if (endedJobStore.isPresent()) {
                    endedJobStore.get().clear();
                  }
                  return null;
                });
    return FutureUtils.composeAfterwards(cleared, Runnable::run, this::closeAsync);
  }

  CuratorFramework client() {
    return client;
  }

  private void closeClient() {
    client.close();
    storeCalls.shutdownNow();
  }

  private static ThreadPoolExecutor newStoreThreads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            STORE_THREADS,
            STORE_THREADS,
            STORE_THREAD_IDLE.toMillis(),
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "zookeeper-store");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }
}
