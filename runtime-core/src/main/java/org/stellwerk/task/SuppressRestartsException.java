package org.stellwerk.task;

/**
 * For user code to throw when starting the task again would not help, such as for an input that
 * does not exist: the job fails, whatever restarts are configured.
 */
public class SuppressRestartsException extends Exception {

  private static final long serialVersionUID = 1L;

  public SuppressRestartsException(String message) {
    super(message);
  }

  public SuppressRestartsException(String message, Throwable cause) {
    super(message, cause);
  }
}
