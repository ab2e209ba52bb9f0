package org.stellwerk.dist;

/** A process cannot start for a reason that its operator can mend; one clear line. */
final class StartupException extends RuntimeException {

  StartupException(String message) {
    super(message);
  }

  StartupException(String message, Throwable cause) {
    super(message, cause);
  }
}
