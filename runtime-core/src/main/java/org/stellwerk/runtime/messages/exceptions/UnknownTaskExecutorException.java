package org.stellwerk.runtime.messages.exceptions;

/** No TaskExecutor with this id is registered. */
public class UnknownTaskExecutorException extends Exception {

  public UnknownTaskExecutorException(String message) {
    super(message);
  }

  public UnknownTaskExecutorException(String message, Throwable cause) {
    super(message, cause);
  }
}
