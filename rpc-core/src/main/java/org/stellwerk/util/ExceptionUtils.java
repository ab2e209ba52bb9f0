package org.stellwerk.util;

import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What can be said of any exception, such as one that went through futures. */
public final class ExceptionUtils {

  private static final int MAX_CAUSES = 50;

  private ExceptionUtils() {}

  /** The exception under any layers of {@link CompletionException} and ExecutionException. */
  public static Throwable stripCompletionException(Throwable throwable) {
    Throwable result = throwable;
    while ((result instanceof CompletionException || result instanceof ExecutionException)
        && result.getCause() != null) {
      result = result.getCause();
    }
    return result;
  }

  /**
   * Whether it is an error of the JVM after which the whole process is in doubt, as with memory
   * that has run out. A stack overflow concerns its own thread only.
   */
  public static boolean leavesProcessInDoubt(Throwable throwable) {
    return throwable instanceof VirtualMachineError && !(throwable instanceof StackOverflowError);
  }

  /** The first exception of the given type in the cause chain, the throwable itself included. */
  public static <T extends Throwable> Optional<T> findThrowable(
      Throwable throwable, Class<T> type) {
    Throwable current = throwable;
    for (int i = 0; current != null && i < MAX_CAUSES; i++) {
      if (type.isInstance(current)) {
        return Optional.of(type.cast(current));
      }
      current = current.getCause();
    }
    return Optional.empty();
  }

  /** "message" if there is one, else the simple class name: for one-line reports. */
  public static String describe(Throwable throwable) {
    Throwable stripped = stripCompletionException(throwable);
    String message = stripped.getMessage();
    return message == null || message.isBlank() ? stripped.getClass().getSimpleName() : message;
  }
}
