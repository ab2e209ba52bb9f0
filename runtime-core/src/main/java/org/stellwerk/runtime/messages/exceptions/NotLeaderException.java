package org.stellwerk.runtime.messages.exceptions;

/** A write was refused because its leader session is not, or no longer, the current one. */
public class NotLeaderException extends Exception {

  public NotLeaderException(String message) {
    super(message);
  }

  public NotLeaderException(String message, Throwable cause) {
    super(message, cause);
  }
}
