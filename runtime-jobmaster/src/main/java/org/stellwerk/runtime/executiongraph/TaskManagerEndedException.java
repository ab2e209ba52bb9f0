package org.stellwerk.runtime.executiongraph;

/**
 * A TaskManager was asked to end and has said so: somebody wanted its tasks to run elsewhere. Not a
 * failure that restart strategies count.
 */
public final class TaskManagerEndedException extends TaskManagerLostException {

  public TaskManagerEndedException(String message) {
    super(message);
  }
}
