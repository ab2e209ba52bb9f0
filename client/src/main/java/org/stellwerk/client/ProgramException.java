package org.stellwerk.client;

/**
 * Thrown by a program for what its user did wrong, such as a missing argument. The command line
 * shows the message alone, in one line, without class name and stack trace.
 */
public class ProgramException extends RuntimeException {

  public ProgramException(String message) {
    super(message);
  }

  public ProgramException(String message, Throwable cause) {
    super(message, cause);
  }
}
