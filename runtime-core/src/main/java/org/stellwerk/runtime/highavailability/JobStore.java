package org.stellwerk.runtime.highavailability;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/**
 * The accepted jobs, each with its graph and what it has reached: hard state. Each write is
 * conditional, at the store, on the writing session being the current one; otherwise it fails with
 * NotLeaderException and changes nothing. A write that fails otherwise has an unknown outcome; all
 * are idempotent.
 */
public interface JobStore {

  /**
   * Stores a graph under its id, replacing one that is there; durable when completed. The progress
   * of a job that is stored already stays.
   */
  CompletableFuture<Void> putJob(UUID leaderSessionId, JobGraph jobGraph);

  /**
   * Replaces what the store knows of the job's progress; durable when completed. If the job is not
   * stored, or no more, it completes and changes nothing: a write that comes late does no harm.
   */
  CompletableFuture<Void> putProgress(UUID leaderSessionId, JobProgress progress);

  /** Removes a job, graph and progress; harmless if it is not there. */
  CompletableFuture<Void> removeJob(UUID leaderSessionId, JobID jobId);

  /**
   * Writes nothing, and yet is fenced as a write: if it completes, the session led at some instant
   * after the call. For what is not in a store, and must not be done by a deposed leader.
   */
  CompletableFuture<Void> verifyLeader(UUID leaderSessionId);

  /** All stored jobs, oldest first. */
  CompletableFuture<List<StoredJob>> recoverJobs();
}
