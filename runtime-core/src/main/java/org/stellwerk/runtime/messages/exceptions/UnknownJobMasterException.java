package org.stellwerk.runtime.messages.exceptions;

/** The JobMaster is not registered, or another session of its job is; it has to register again. */
public class UnknownJobMasterException extends Exception {

  public UnknownJobMasterException(String message) {
    super(message);
  }

  public UnknownJobMasterException(String message, Throwable cause) {
    super(message, cause);
  }
}
