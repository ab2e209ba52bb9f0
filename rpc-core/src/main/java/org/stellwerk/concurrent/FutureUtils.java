package org.stellwerk.concurrent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.stellwerk.util.ExceptionUtils;
import org.stellwerk.util.FatalErrorHandler;

/** Static helpers for futures that neither block nor bring threads of their own. */
public final class FutureUtils {

  private FutureUtils() {}

  /** A completed future without a value. */
  public static CompletableFuture<Void> completedVoidFuture() {
    return CompletableFuture.completedFuture(null);
  }

  /** The values in the order of the futures; fails with the first failure, after all ended. */
  public static <T> CompletableFuture<List<T>> combineAll(
      Collection<? extends CompletableFuture<? extends T>> futures) {
    List<CompletableFuture<? extends T>> ordered = new ArrayList<>(futures);
    return CompletableFuture.allOf(ordered.toArray(CompletableFuture<?>[]::new))
        .thenApply(
            ignored -> {
              List<T> values = new ArrayList<>(ordered.size());
              for (CompletableFuture<? extends T> future : ordered) {
                values.add(future.getNow(null));
              }
              return values;
            });
  }

  /** Completes when all have ended; fails with the first failure in order, the others added. */
  public static CompletableFuture<Void> completeAll(
      Collection<? extends CompletableFuture<?>> futures) {
    List<CompletableFuture<?>> ordered = new ArrayList<>(futures);
    CompletableFuture<Void> result = new CompletableFuture<>();
    CompletableFuture.allOf(ordered.toArray(CompletableFuture<?>[]::new))
        .whenComplete(
            (ignored, failure) -> {
              Throwable first = null;
              for (CompletableFuture<?> future : ordered) {
                Throwable error = failureOf(future);
                if (error == null) {
                  continue;
                }
                if (first == null) {
                  first = error;
                } else if (first != error) {
                  first.addSuppressed(error);
                }
              }
              if (first == null) {
                result.complete(null);
              } else {
                result.completeExceptionally(first);
              }
            });
    return result;
  }

  private static Throwable failureOf(CompletableFuture<?> future) {
    Throwable[] failure = new Throwable[1];
    future.whenComplete(
        (value, error) ->
            failure[0] = error == null ? null : ExceptionUtils.stripCompletionException(error));
    return failure[0];
  }

  /** Runs the next step once the future ended, however it ended; a failure of either is kept. */
  public static CompletableFuture<Void> composeAfterwards(
      CompletableFuture<?> future, Executor executor, Supplier<CompletableFuture<?>> next) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    future.whenCompleteAsync(
        (value, error) -> {
          CompletableFuture<?> second;
          try {
            second = next.get();
          } catch (Throwable t) {
            second = CompletableFuture.failedFuture(t);
          }
          second.whenComplete(
              (ignored, secondError) -> {
                Throwable failure = error != null ? error : secondError;
                if (failure == null) {
                  result.complete(null);
                } else {
                  result.completeExceptionally(ExceptionUtils.stripCompletionException(failure));
                }
              });
        },
        executor);
    return result;
  }

  /**
   * Fails the future with a TimeoutException unless it completes in time. The timer is cancelled
   * with the future.
   */
  public static <T> CompletableFuture<T> withTimeout(
      CompletableFuture<T> future, long timeoutMs, ScheduledExecutor timers, String what) {
    if (future.isDone()) {
      return future;
    }
    ScheduledFuture<?> timer =
        timers.schedule(
            () -> {
              future.completeExceptionally(
                  new TimeoutException(what + " did not end within " + timeoutMs + " ms"));
            },
            timeoutMs,
            TimeUnit.MILLISECONDS);
    future.whenComplete((value, error) -> timer.cancel(false));
    return future;
  }

  /** Hands the outcome of one future to another. */
  public static <T> void forward(CompletableFuture<T> source, CompletableFuture<T> target) {
    source.whenComplete(
        (value, error) -> {
          if (error == null) {
            target.complete(value);
          } else {
            target.completeExceptionally(ExceptionUtils.stripCompletionException(error));
          }
        });
  }

  /** The end of a fire-and-forget chain: a failure in it is a fault of the process. */
  public static void assertNoException(CompletableFuture<?> future, FatalErrorHandler handler) {
    future.whenComplete(
        (value, error) -> {
          if (error != null) {
            handler.onFatalError(ExceptionUtils.stripCompletionException(error));
          }
        });
  }
}
