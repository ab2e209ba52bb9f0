package org.stellwerk.runtime.executiongraph;

import org.stellwerk.runtime.messages.TaskManagerLocation;

/** A TaskManager is gone, and with it the tasks that it ran. */
public final class TaskManagerLostException extends Exception {

  public TaskManagerLostException(String message) {
    super(message);
  }

  /** Names the TaskManager and the reason. */
  public static TaskManagerLostException of(TaskManagerLocation location, String reason) {
    return new TaskManagerLostException(
        "TaskManager "
            + location.resourceId()
            + " at "
            + location.host()
            + ":"
            + location.dataPort()
            + " was lost: "
            + reason);
  }
}
