package org.stellwerk.runtime.executiongraph;

import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.messages.TaskManagerLoss;

/** A TaskManager is gone, and with it the tasks that it ran. */
public sealed class TaskManagerLostException extends Exception permits TaskManagerEndedException {

  public TaskManagerLostException(String message) {
    super(message);
  }

  /** Names the TaskManager and the reason. */
  public static TaskManagerLostException of(TaskManagerLocation location, TaskManagerLoss loss) {
    String taskManager = nameOf(location);
    return loss.kind() == TaskManagerLoss.Kind.ENDED
        ? new TaskManagerEndedException(taskManager + " has left: " + loss.reason())
        : new TaskManagerLostException(taskManager + " was lost: " + loss.reason());
  }

  static String nameOf(TaskManagerLocation location) {
    return "TaskManager "
        + location.resourceId()
        + " at "
        + location.host()
        + ":"
        + location.dataPort();
  }
}
