package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.highavailability.EndedJobStore;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.runtime.options.JobStoreOptions;
import org.stellwerk.runtime.persistence.FileEndedJobStore;
import org.stellwerk.runtime.persistence.StorageDirectory;
import org.stellwerk.util.IdGenerator;

/**
 * {@code high-availability.type: file}: a cluster whose processes are all on one host, without
 * ZooKeeper. The leader is who holds the operating system's lock on a file below {@code
 * high-availability.storageDir}; job graphs and results are files there. A JobManager that is
 * started again, or one that stands by, takes the stored jobs up.
 *
 * <p>The bounds of this mode: a JobManager that is frozen keeps the lock, so nobody takes over from
 * it; the directory must be on a disk of the host, as locks over a network are not to be trusted.
 */
public final class FileHighAvailabilityServices implements HighAvailabilityServices {

  private final FileLeaderElection election;
  private final LeaderFile leaderFile;
  private final FileJobStore jobStore;
  private final FileJobResultStore jobResultStore;
  private final FileEndedJobStore endedJobStore;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "leader-watch");
            thread.setDaemon(true);
            return thread;
          });
  private final Executor io;

  private FileHighAvailabilityServices(Path directory, int capacity, Executor io, IdGenerator ids) {
    this.io = io;
    this.leaderFile = new LeaderFile(directory.resolve("leader"));
    this.election =
        new FileLeaderElection(
            new LeaderLock(directory.resolve("leader.lock")), leaderFile, ids, io);
    this.jobStore =
        new FileJobStore(
            election,
            new JobFiles(directory.resolve("jobs")),
            new JobFiles(directory.resolve("progress")));
    this.jobResultStore =
        new FileJobResultStore(election, new JobFiles(directory.resolve("results")), capacity);
    this.endedJobStore = new FileEndedJobStore(directory.resolve("ended-jobs"), capacity, io);
  }

  /**
   * Services of one process; nothing is read or written yet.
   *
   * @param io runs blocking calls and the callbacks of elections and retrievals
   * @throws IllegalConfigurationException if there is no directory, or an option is wrong
   */
  public static FileHighAvailabilityServices create(
      Configuration configuration, Executor io, IdGenerator ids) {
    Path directory =
        StorageDirectory.ofCluster(configuration)
            .orElseThrow(
                () ->
                    new IllegalConfigurationException(
                        "'"
                            + HighAvailabilityOptions.TYPE.key()
                            + ": file' needs '"
                            + HighAvailabilityOptions.STORAGE_DIR.key()
                            + "', a directory of this host that outlives the processes."));
    return new FileHighAvailabilityServices(
        directory, JobStoreOptions.capacity(configuration), io, ids);
  }

  @Override
  public LeaderElection leaderElection() {
    return election;
  }

  @Override
  public LeaderRetrievalService newLeaderRetrieval() {
    return new FileLeaderRetrieval(leaderFile, watch, io);
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
    return endedJobStore;
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    watch.shutdown();
    return election.closeAsync();
  }

  @Override
  public CompletableFuture<Void> closeAndCleanupAllData() {
    return FutureUtils.composeAfterwards(
        election.async(this::clear), Runnable::run, this::closeAsync);
  }

  private Void clear() throws IOException {
    jobStore.clear();
    jobResultStore.clear();
    endedJobStore.clear();
    return null;
  }
}
