package org.stellwerk.runtime.highavailability;

import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;
import org.stellwerk.util.AutoCloseableAsync;

/** What lets a cluster outlive a process: election, retrieval, durable stores. Thread-safe. */
public interface HighAvailabilityServices extends AutoCloseableAsync {

  /** This process's candidacy; the same object each time. */
  LeaderElection leaderElection();

  /** A new retrieval; the caller closes it. */
  LeaderRetrievalService newLeaderRetrieval();

  /** The graphs of all jobs that are not over. */
  JobStore jobStore();

  /** The results of jobs that are over. */
  JobResultStore jobResultStore();

  /** What jobs that are over looked like; nothing where nothing outlives the process. */
  default EndedJobStore endedJobStore() {
    return EndedJobStore.NONE;
  }

  /** Removes everything that the cluster has stored, then closes; for the end of a cluster. */
  CompletableFuture<Void> closeAndCleanupAllData();
}
