package org.stellwerk.runtime.scheduler;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.TaskFailedException;
import org.stellwerk.runtime.executiongraph.TaskManagerEndedException;
import org.stellwerk.runtime.messages.ExceptionHistoryEntry;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.scheduler.failover.FailureKinds;

/**
 * A failure of a job or of one of its tasks, as it reaches the scheduler.
 *
 * @param cause what was thrown
 * @param described the cause with the names of task and TaskManager: what the job's result says
 * @param execution the attempt that failed; null if it was none's
 */
public record JobFailure(
    SerializedThrowable cause, SerializedThrowable described, @Nullable Execution execution) {

  /** A failure of the job as a whole. */
  public static JobFailure ofJob(Throwable thrown) {
    SerializedThrowable cause = SerializedThrowable.of(thrown);
    return new JobFailure(cause, cause, null);
  }

  /** The failure of an attempt. */
  public static JobFailure of(Execution execution, SerializedThrowable cause) {
    TaskManagerLocation location = execution.getLocation();
    boolean speaksForItself = FailureKinds.isTaskManagerLost(cause);
    return new JobFailure(
        cause,
        location == null || speaksForItself
            ? cause
            : TaskFailedException.describe(
                execution.getVertex().getTaskNameWithSubtask(), location, cause),
        execution);
  }

  /** No failure: the TaskManager that the attempt runs on is being drained. */
  static JobFailure ofMove(Execution execution) {
    TaskManagerLocation location = execution.getLocation();
    if (location == null) {
      throw new IllegalStateException(execution + " is nowhere");
    }
    return of(execution, SerializedThrowable.of(TaskManagerEndedException.drained(location)));
  }

  /** Whether it only follows from another failure. */
  boolean isConsequence() {
    return FailureKinds.isConsequence(cause);
  }

  /** For the history. */
  ExceptionHistoryEntry toHistory(long timestamp) {
    return execution == null
        ? new ExceptionHistoryEntry(cause, timestamp, null, null, null, List.of())
        : new ExceptionHistoryEntry(
            cause,
            timestamp,
            execution.getAttemptId(),
            execution.getVertex().getTaskNameWithSubtask()
                + " - execution #"
                + execution.getAttemptId().attemptNumber(),
            execution.getLocation(),
            List.of());
  }
}
