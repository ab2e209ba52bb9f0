package org.stellwerk.runtime.messages;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.JobID;

/**
 * How a job ended.
 *
 * @param status a globally terminal one
 * @param netRuntimeMs from start to end, in milliseconds
 * @param failure why, if the job failed
 */
public record JobResult(
    JobID jobId,
    String jobName,
    JobStatus status,
    long netRuntimeMs,
    @Nullable SerializedThrowable failure) {

  public JobResult {
    if (!status.isGloballyTerminal()) {
      throw new IllegalArgumentException("A job result cannot have the status " + status);
    }
    if (netRuntimeMs < 0) {
      throw new IllegalArgumentException("A job's runtime cannot be negative: " + netRuntimeMs);
    }
  }

  /** Whether the job finished. */
  public boolean isSuccess() {
    return status == JobStatus.FINISHED;
  }
}
