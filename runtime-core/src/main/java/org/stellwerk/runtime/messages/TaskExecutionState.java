package org.stellwerk.runtime.messages;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;

/**
 * "This attempt is now in that state": from the TaskExecutor to the JobMaster. Idempotent.
 *
 * @param failure why, if the state is FAILED
 * @param slotLost whether the job has lost the attempt's slot, too: a task that does not end is in
 *     it
 * @param missingProducer whose finished result could not be read, if that is why
 */
public record TaskExecutionState(
    JobID jobId,
    ExecutionAttemptID attemptId,
    ExecutionState state,
    @Nullable SerializedThrowable failure,
    IOMetrics metrics,
    boolean slotLost,
    @Nullable ExecutionAttemptID missingProducer) {

  /** A state that says nothing of the slot, nor of a missing result. */
  public TaskExecutionState(
      JobID jobId,
      ExecutionAttemptID attemptId,
      ExecutionState state,
      @Nullable SerializedThrowable failure,
      IOMetrics metrics) {
    this(jobId, attemptId, state, failure, metrics, false, null);
  }
}
