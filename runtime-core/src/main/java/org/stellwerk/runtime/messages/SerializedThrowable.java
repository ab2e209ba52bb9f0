package org.stellwerk.runtime.messages;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/**
 * A failure as data: it can be sent, stored and shown where its class does not exist.
 *
 * @param className the exception's class
 * @param message its message, if it has one
 * @param stackTrace as printed, causes included
 * @param cause the next failure in the chain, without a stack trace of its own
 */
public record SerializedThrowable(
    String className,
    @Nullable String message,
    String stackTrace,
    @Nullable SerializedThrowable cause) {

  private static final int MAX_DEPTH = 20;

  /** The failure as data. */
  public static SerializedThrowable of(Throwable throwable) {
    if (throwable instanceof SerializedThrowableException carried) {
      return carried.serialized();
    }
    StringWriter stack = new StringWriter();
    throwable.printStackTrace(new PrintWriter(stack));
    return of(throwable, stack.toString(), 0);
  }

  private static SerializedThrowable of(Throwable throwable, String stack, int depth) {
    Throwable cause = throwable.getCause();
    SerializedThrowable next =
        cause == null || cause == throwable || depth >= MAX_DEPTH
            ? null
            : cause instanceof SerializedThrowableException carried
                ? carried.serialized()
                : of(cause, "", depth + 1);
    return new SerializedThrowable(
        throwable.getClass().getName(), throwable.getMessage(), stack, next);
  }

  /** The last failure of the chain. */
  public SerializedThrowable rootCause() {
    SerializedThrowable current = this;
    while (current.cause != null) {
      current = current.cause;
    }
    return current;
  }

  /** One line: class and message. */
  public String describe() {
    return message == null ? className : className + ": " + message;
  }

  /** As an exception, whose message is {@link #describe()} and whose cause is the cause. */
  public SerializedThrowableException toException() {
    return new SerializedThrowableException(this);
  }

  @Override
  public String toString() {
    return describe();
  }
}
