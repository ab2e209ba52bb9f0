package org.stellwerk.runtime.executiongraph;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.time.Clock;

/**
 * How a job stands: its status, when it entered each, and why it fails. Outlives the execution
 * graphs that the job has one after the other. In the JobMaster's main thread; soft state.
 *
 * <p>The transitions are those of {@link JobStatus}; all go through {@link #transitionTo}.
 */
public final class JobState {

  private static final Logger LOG = LoggerFactory.getLogger(JobState.class);

  private final JobID jobId;
  private final String jobName;
  private final Clock clock;
  private final TransitionObserver transitions;
  private final Map<JobStatus, Long> timestamps = new EnumMap<>(JobStatus.class);
  private JobStatus status = JobStatus.INITIALIZING;
  private ArchivedExecutionGraph.@Nullable ErrorInfo failure;

  /**
   * A job that is INITIALIZING.
   *
   * @param initializationTimestamp since when, in milliseconds since the epoch
   */
  public JobState(
      JobID jobId,
      String jobName,
      Clock clock,
      TransitionObserver transitions,
      long initializationTimestamp) {
    this.jobId = jobId;
    this.jobName = jobName;
    this.clock = clock;
    this.transitions = transitions;
    timestamps.put(status, initializationTimestamp);
  }

  /** The job's identity. */
  public JobID getJobId() {
    return jobId;
  }

  /** The job's status. */
  public JobStatus getStatus() {
    return status;
  }

  /** Why the job fails or failed. */
  public ArchivedExecutionGraph.@Nullable ErrorInfo getFailure() {
    return failure;
  }

  /** Sets why the job fails, until it has failed. */
  public void setFailure(ArchivedExecutionGraph.ErrorInfo cause) {
    if (!status.isTerminal()) {
      failure = cause;
    }
  }

  /**
   * The job's next status.
   *
   * @param reason for the log
   * @throws IllegalStateException if it may not follow
   */
  public void transitionTo(JobStatus next, String reason) {
    if (!status.canBecome(next)) {
      throw new IllegalStateException(
          "Job " + jobId + " cannot go from " + status + " to " + next + " (" + reason + ")");
    }
    JobStatus from = status;
    status = next;
    timestamps.put(next, clock.absoluteTimeMillis());
    LOG.info("Job {} ({}): {} -> {}: {}", jobId, jobName, from, next, reason);
    transitions.onTransition(TransitionObserver.JOB, jobId, from, next);
  }

  Map<JobStatus, Long> timestamps() {
    return timestamps;
  }
}
