package org.stellwerk.simulation.run;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Locale;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.rpc.simulation.SimFailure;

/**
 * How a run failed.
 *
 * @param kind what was broken, the same for all runs that fail in this way
 * @param message one line for a person
 * @param details everything that is known, with the last events and the stack traces
 */
public record Failure(String kind, String message, String details) {

  private static final String OURS = "org.stellwerk.";

  /** Of the exception that has ended a run. */
  static Failure of(Throwable thrown) {
    // The scheduler wraps what went wrong, with the last events in its own message.
    Throwable violation = thrown.getCause() == null ? thrown : thrown.getCause();
    StringWriter details = new StringWriter();
    thrown.printStackTrace(new PrintWriter(details));
    return new Failure(kindOf(thrown, violation), oneLine(violation), details.toString());
  }

  private static String kindOf(Throwable thrown, Throwable violation) {
    if (thrown instanceof SimFailure failure && failure.kind() != SimFailure.Kind.VIOLATION) {
      String kind = failure.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
      return violation == thrown ? kind : kind + ": " + kindOf(violation);
    }
    return kindOf(violation);
  }

  private static String oneLine(Throwable violation) {
    return String.valueOf(violation.getMessage()).lines().findFirst().orElse("");
  }

  private static String kindOf(Throwable violation) {
    if (violation instanceof InvariantViolation invariant) {
      return invariant.id();
    }
    return violation.getClass().getSimpleName()
        + Arrays.stream(violation.getStackTrace())
            .filter(frame -> frame.getClassName().startsWith(OURS))
            .findFirst()
            .map(frame -> " in " + simpleName(frame.getClassName()) + "." + frame.getMethodName())
            .orElse("");
  }

  private static String simpleName(String className) {
    return className.substring(className.lastIndexOf('.') + 1);
  }
}
