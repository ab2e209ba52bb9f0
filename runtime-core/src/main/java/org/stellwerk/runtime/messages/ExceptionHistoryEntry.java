package org.stellwerk.runtime.messages;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;

/**
 * Something that went wrong in a job, and what else failed before its tasks were started again.
 *
 * @param timestamp wall-clock, in milliseconds since the epoch
 * @param attemptId the attempt that failed; null if it was no single task's failure
 * @param taskName of the attempt, for people; null if there is none
 * @param location where the attempt ran; null if it had no place
 * @param concurrent failures that became known with it or while the restart was under way; these
 *     have none of their own
 */
public record ExceptionHistoryEntry(
    SerializedThrowable exception,
    long timestamp,
    @Nullable ExecutionAttemptID attemptId,
    @Nullable String taskName,
    @Nullable TaskManagerLocation location,
    List<ExceptionHistoryEntry> concurrent) {

  public ExceptionHistoryEntry {
    concurrent = List.copyOf(concurrent);
  }
}
