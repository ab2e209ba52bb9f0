package org.stellwerk.runtime.messages.exceptions;

/** A job cannot be accepted; the message says why and changes nothing. */
public class JobSubmissionException extends Exception {

  public JobSubmissionException(String message) {
    super(message);
  }

  public JobSubmissionException(String message, Throwable cause) {
    super(message, cause);
  }
}
