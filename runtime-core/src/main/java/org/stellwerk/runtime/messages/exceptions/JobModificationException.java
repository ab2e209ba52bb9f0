package org.stellwerk.runtime.messages.exceptions;

/** A job cannot be changed in the way that was asked for; the message says why. */
public class JobModificationException extends Exception {

  public JobModificationException(String message) {
    super(message);
  }
}
