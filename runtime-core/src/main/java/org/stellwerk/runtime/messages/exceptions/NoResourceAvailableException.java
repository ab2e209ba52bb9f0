package org.stellwerk.runtime.messages.exceptions;

/** A job's slots were not there in time; the message has asked and available. */
public class NoResourceAvailableException extends Exception {

  public NoResourceAvailableException(String message) {
    super(message);
  }

  public NoResourceAvailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
