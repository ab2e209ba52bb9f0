package org.stellwerk.client.cli;

import java.io.PrintStream;

/**
 * Where a command writes to.
 *
 * @param out results
 * @param err errors, one line each
 * @param verbose whether stack traces are shown
 * @param terminal whether a line on out may be overwritten, because a person looks at it
 */
record Console(PrintStream out, PrintStream err, boolean verbose, boolean terminal) {

  /** Prints an error as one line, and the stack trace if that is wanted. */
  void error(String message, Throwable cause) {
    err.println(oneLine(message));
    if (verbose) {
      cause.printStackTrace(err);
    }
  }

  /** Prints one line. */
  void error(String message) {
    err.println(oneLine(message));
  }

  static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " | ");
  }
}
