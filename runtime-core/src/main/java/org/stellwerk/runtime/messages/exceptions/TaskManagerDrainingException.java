package org.stellwerk.runtime.messages.exceptions;

/**
 * A task was submitted to a TaskExecutor whose tasks are being moved away: it belongs elsewhere.
 */
public final class TaskManagerDrainingException extends TaskSubmissionException {

  private static final long serialVersionUID = 1L;

  public TaskManagerDrainingException(String message) {
    super(message);
  }
}
