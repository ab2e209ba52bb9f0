package org.stellwerk.runtime.executiongraph;

import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/** A task has failed; says which and where. Its cause is what went wrong. */
public final class TaskFailedException extends Exception {

  public TaskFailedException(String message) {
    super(message);
  }

  /** The failure of a task as data, with the message and stack of its cause. */
  public static SerializedThrowable describe(
      String task, TaskManagerLocation location, SerializedThrowable cause) {
    String message =
        "Task "
            + task
            + " failed on TaskManager "
            + location.resourceId()
            + " at "
            + location.host()
            + ": "
            + cause.describe();
    String name = TaskFailedException.class.getName();
    return new SerializedThrowable(
        name, message, name + ": " + message + "\nCaused by: " + cause.stackTrace(), cause);
  }
}
