package org.stellwerk.runtime.messages.exceptions;

/** No job with this id is known. */
public class JobNotFoundException extends Exception {

  public JobNotFoundException(String message) {
    super(message);
  }

  public JobNotFoundException(String message, Throwable cause) {
    super(message, cause);
  }
}
