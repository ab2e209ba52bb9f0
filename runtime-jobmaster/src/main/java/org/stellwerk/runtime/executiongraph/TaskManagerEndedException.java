package org.stellwerk.runtime.executiongraph;

import org.stellwerk.runtime.messages.TaskManagerLocation;

/**
 * A TaskManager was asked to end and has said so, or is being drained: somebody wanted its tasks to
 * run elsewhere. Not a failure that restart strategies count.
 */
public final class TaskManagerEndedException extends TaskManagerLostException {

  public TaskManagerEndedException(String message) {
    super(message);
  }

  /** Its tasks are moved away. */
  public static TaskManagerEndedException drained(TaskManagerLocation location) {
    return new TaskManagerEndedException(nameOf(location) + " is being drained");
  }
}
