package org.stellwerk.client.cli;

/** Ends a command; the message is the one line that is shown. */
final class CliException extends RuntimeException {

  CliException(String message) {
    super(message);
  }

  CliException(String message, Throwable cause) {
    super(message, cause);
  }
}
