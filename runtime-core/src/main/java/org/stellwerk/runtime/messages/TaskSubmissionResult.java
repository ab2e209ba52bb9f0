package org.stellwerk.runtime.messages;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;

/**
 * What became of one task of a batch.
 *
 * @param refusal null if the TaskExecutor has taken the task
 */
public record TaskSubmissionResult(
    ExecutionAttemptID attemptId, @Nullable SerializedThrowable refusal) {}
