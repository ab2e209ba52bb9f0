package org.stellwerk.runtime.messages.exceptions;

/** A task cannot be taken by the TaskExecutor. */
public class TaskSubmissionException extends Exception {

  public TaskSubmissionException(String message) {
    super(message);
  }

  public TaskSubmissionException(String message, Throwable cause) {
    super(message, cause);
  }
}
