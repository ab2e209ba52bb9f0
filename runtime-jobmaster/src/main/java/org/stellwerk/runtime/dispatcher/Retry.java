package org.stellwerk.runtime.dispatcher;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.util.ExceptionUtils;

/**
 * Repeats an idempotent step until it works, with pauses that double up to a maximum; gives up only
 * when this process leads no longer: then the step is the next leader's. Component of one endpoint,
 * in its main thread; a pause ends with the endpoint.
 */
final class Retry {

  private static final Logger LOG = LoggerFactory.getLogger(Retry.class);

  private final Duration first;
  private final Duration longest;
  private final ComponentMainThreadExecutor mainThread;

  Retry(Duration first, Duration longest, ComponentMainThreadExecutor mainThread) {
    this.first = first;
    this.longest = longest;
    this.mainThread = mainThread;
  }

  /**
   * Runs the step until it works.
   *
   * @param what for the log: "… failed"
   * @return completes in the main thread; fails with NotLeaderException only
   */
  CompletableFuture<Void> untilDone(String what, Supplier<CompletableFuture<Void>> step) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    attempt(what, step, first, done);
    return done;
  }

  private void attempt(
      String what,
      Supplier<CompletableFuture<Void>> step,
      Duration pause,
      CompletableFuture<Void> done) {
    CompletableFuture<Void> outcome;
    try {
      outcome = step.get();
    } catch (RuntimeException e) {
      outcome = CompletableFuture.failedFuture(e);
    }
    outcome.whenCompleteAsync(
        (ignored, failure) -> {
          if (failure == null) {
            done.complete(null);
            return;
          }
          Throwable cause = ExceptionUtils.stripCompletionException(failure);
          if (cause instanceof NotLeaderException) {
            done.completeExceptionally(cause);
            return;
          }
          LOG.warn(
              "{} failed, trying again in {} ms: {}",
              what,
              pause.toMillis(),
              ExceptionUtils.describe(cause));
          Duration doubled = pause.multipliedBy(2);
          Duration next = doubled.compareTo(longest) > 0 ? longest : doubled;
          mainThread.schedule(
              () -> attempt(what, step, next, done), pause.toNanos(), TimeUnit.NANOSECONDS);
        },
        mainThread);
  }
}
