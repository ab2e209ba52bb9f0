package org.stellwerk.runtime.scheduler.failover;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.SerializedThrowable;

/**
 * Tells failures apart by the classes in their chain of causes. Names, because most of these
 * classes live on TaskExecutors only.
 */
public final class FailureKinds {

  /** A neighbour of a task that failed reports these, and often before that task reports why. */
  private static final List<String> CONSEQUENCES =
      List.of(
          "org.stellwerk.runtime.io.ProducerFailedException",
          "org.stellwerk.runtime.io.ConsumerFailedException");

  private static final List<String> LOST_TASK_MANAGER =
      List.of(
          "org.stellwerk.runtime.executiongraph.TaskManagerLostException",
          "org.stellwerk.runtime.executiongraph.TaskManagerEndedException",
          "org.stellwerk.runtime.io.TaskManagerLostException");

  private static final String DRAINING =
      "org.stellwerk.runtime.messages.exceptions.TaskManagerDrainingException";

  private static final List<String> INTENDED =
      List.of("org.stellwerk.runtime.executiongraph.TaskManagerEndedException", DRAINING);

  /** What the same jar and graph would lead to each time. */
  private static final List<String> UNRECOVERABLE =
      List.of(
          "org.stellwerk.task.SuppressRestartsException",
          "org.stellwerk.runtime.runner.InvalidInvokableException");

  private FailureKinds() {}

  /** Whether it only follows from another task's failure. */
  public static boolean isConsequence(SerializedThrowable failure) {
    return hasOneOf(failure, CONSEQUENCES);
  }

  /** Whether a TaskExecutor is gone, as the JobMaster or a neighbour of its tasks saw it. */
  public static boolean isTaskManagerLost(SerializedThrowable failure) {
    return hasOneOf(failure, LOST_TASK_MANAGER);
  }

  /** Whether somebody wanted the tasks to end where they were. */
  public static boolean isIntended(SerializedThrowable failure) {
    return hasOneOf(failure, INTENDED);
  }

  /** Whether a TaskExecutor takes no task because it is being drained. */
  public static boolean isRefusedAsDraining(SerializedThrowable failure) {
    return hasOneOf(failure, List.of(DRAINING));
  }

  /** Whether it would happen again however often the task is started. */
  public static boolean isUnrecoverable(SerializedThrowable failure) {
    return hasOneOf(failure, UNRECOVERABLE);
  }

  private static boolean hasOneOf(SerializedThrowable failure, List<String> classNames) {
    for (@Nullable SerializedThrowable current = failure;
        current != null;
        current = current.cause()) {
      if (classNames.contains(current.className())) {
        return true;
      }
    }
    return false;
  }
}
