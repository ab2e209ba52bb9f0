package org.stellwerk.runtime.messages;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;

/**
 * "This attempt is now in that state": from the TaskExecutor to the JobMaster. Idempotent.
 *
 * @param failure why, if the state is FAILED
 */
public record TaskExecutionState(
    JobID jobId,
    ExecutionAttemptID attemptId,
    ExecutionState state,
    @Nullable SerializedThrowable failure,
    IOMetrics metrics) {}
