package org.stellwerk.runtime.highavailability;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/**
 * The graphs of accepted jobs: hard state. Each write is conditional, at the store, on the writing
 * session being the current one; otherwise it fails with NotLeaderException and changes nothing. A
 * write that fails otherwise has an unknown outcome; all are idempotent.
 */
public interface JobStore {

  /** Stores a graph under its id, replacing one that is there; durable when completed. */
  CompletableFuture<Void> putJob(UUID leaderSessionId, JobGraph jobGraph);

  /** Removes a graph; harmless if it is not there. */
  CompletableFuture<Void> removeJob(UUID leaderSessionId, JobID jobId);

  /** All stored graphs, oldest first. */
  CompletableFuture<List<JobGraph>> recoverJobs();
}
