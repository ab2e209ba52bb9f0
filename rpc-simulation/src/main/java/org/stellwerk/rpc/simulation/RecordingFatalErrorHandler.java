package org.stellwerk.rpc.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.stellwerk.util.FatalErrorHandler;

/**
 * Keeps the faults that are reported to it. In a simulation a fault that the test did not announce
 * by {@link #expectErrors()} also ends the run with an AssertionError.
 */
public final class RecordingFatalErrorHandler implements FatalErrorHandler {

  private final List<Throwable> errors = new ArrayList<>();
  private Consumer<Throwable> whenUnexpected;

  /** A handler that only records. */
  public RecordingFatalErrorHandler() {
    this(error -> {});
  }

  RecordingFatalErrorHandler(Consumer<Throwable> whenUnexpected) {
    this.whenUnexpected = whenUnexpected;
  }

  @Override
  public void onFatalError(Throwable exception) {
    errors.add(exception);
    whenUnexpected.accept(exception);
  }

  /** From now on faults are only recorded. */
  public RecordingFatalErrorHandler expectErrors() {
    return onErrors(error -> {});
  }

  /** From now on faults are recorded and handed on, in place of ending the run. */
  public RecordingFatalErrorHandler onErrors(Consumer<Throwable> reaction) {
    whenUnexpected = reaction;
    return this;
  }

  /** From now on faults of this kind are recorded and handed on; others end the run as before. */
  public RecordingFatalErrorHandler onErrors(
      Predicate<Throwable> expected, Consumer<Throwable> reaction) {
    Consumer<Throwable> before = whenUnexpected;
    return onErrors(error -> (expected.test(error) ? reaction : before).accept(error));
  }

  /** The faults so far, oldest first. */
  public List<Throwable> errors() {
    return Collections.unmodifiableList(errors);
  }

  /** Fails if there was a fault. */
  public void assertNoErrors() {
    if (!errors.isEmpty()) {
      throw new AssertionError(errors.size() + " fatal errors, the first", errors.get(0));
    }
  }
}
