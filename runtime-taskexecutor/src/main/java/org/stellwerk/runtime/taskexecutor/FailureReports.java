package org.stellwerk.runtime.taskexecutor;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.SerializedThrowable;

/**
 * Failures of user code as data. User exceptions may do anything in their methods and hold
 * anything, so they are read once, where they were thrown, guarded and cut to a size that fits into
 * a message.
 */
final class FailureReports {

  static final int MAX_MESSAGE_CHARS = 8 << 10;
  static final int MAX_STACK_CHARS = 64 << 10;

  private FailureReports() {}

  /** The failure as data; never throws. */
  static SerializedThrowable of(Throwable failure) {
    try {
      return bounded(SerializedThrowable.of(failure));
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError | LinkageError e) {
      return new SerializedThrowable(
          failure.getClass().getName(),
          "(the exception could not be read: " + e.getClass().getName() + ")",
          "",
          null);
    }
  }

  /** The same, cut to a size that fits into a message. */
  static SerializedThrowable bounded(SerializedThrowable failure) {
    SerializedThrowable cause = failure.cause();
    return new SerializedThrowable(
        failure.className(),
        cut(failure.message(), MAX_MESSAGE_CHARS),
        String.valueOf(cut(failure.stackTrace(), MAX_STACK_CHARS)),
        cause == null ? null : bounded(cause));
  }

  private static @Nullable String cut(@Nullable String text, int max) {
    return text == null || text.length() <= max
        ? text
        : text.substring(0, max) + "... (" + (text.length() - max) + " more characters)";
  }
}
