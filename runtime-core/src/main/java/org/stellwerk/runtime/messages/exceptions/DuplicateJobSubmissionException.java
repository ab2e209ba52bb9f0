package org.stellwerk.runtime.messages.exceptions;

/** A job with this id is running or has ended already. */
public class DuplicateJobSubmissionException extends JobSubmissionException {

  public DuplicateJobSubmissionException(String message) {
    super(message);
  }

  public DuplicateJobSubmissionException(String message, Throwable cause) {
    super(message, cause);
  }
}
