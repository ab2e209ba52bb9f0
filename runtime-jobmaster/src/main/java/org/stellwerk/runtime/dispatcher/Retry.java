package org.stellwerk.runtime.dispatcher;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.util.ExceptionUtils;

/**
 * Repeats an idempotent step until it works, with pauses that double up to a maximum; gives up
 * clean-up steps only when this process leads no longer: then they are the next leader's. Component
 * of one endpoint, in its main thread; a pause ends with the endpoint.
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
    return begin(
        new Step<>(what, step, failure -> !(failure instanceof NotLeaderException), failure -> {}));
  }

  /**
   * Runs the step until it works or fails for another reason than that a store is out of reach.
   *
   * @param what for the log: "… failed"
   * @return completes in the main thread
   */
  <T> CompletableFuture<T> whileUnavailable(String what, Supplier<CompletableFuture<T>> step) {
    return whileUnavailable(what, step, failure -> {});
  }

  /**
   * The same, for somebody who waits.
   *
   * @param onOutage hears why, each time that the step is going to be repeated
   * @return completes in the main thread
   */
  <T> CompletableFuture<T> whileUnavailable(
      String what, Supplier<CompletableFuture<T>> step, Consumer<Throwable> onOutage) {
    return begin(new Step<>(what, step, StoreUnavailableException.class::isInstance, onOutage));
  }

  ComponentMainThreadExecutor mainThread() {
    return mainThread;
  }

  private record Step<T>(
      String what,
      Supplier<CompletableFuture<T>> action,
      Predicate<Throwable> passes,
      Consumer<Throwable> onFailure) {}

  private <T> CompletableFuture<T> begin(Step<T> step) {
    CompletableFuture<T> done = new CompletableFuture<>();
    attempt(step, first, done);
    return done;
  }

  private <T> void attempt(Step<T> step, Duration pause, CompletableFuture<T> done) {
    CompletableFuture<T> outcome;
    try {
      outcome = step.action.get();
    } catch (RuntimeException e) {
      outcome = CompletableFuture.failedFuture(e);
    }
    outcome.whenCompleteAsync(
        (value, failure) -> {
          if (failure == null) {
            done.complete(value);
            return;
          }
          Throwable cause = ExceptionUtils.stripCompletionException(failure);
          if (!step.passes.test(cause)) {
            done.completeExceptionally(cause);
            return;
          }
          step.onFailure.accept(cause);
          LOG.warn(
              "{} failed, trying again in {} ms: {}",
              step.what,
              pause.toMillis(),
              ExceptionUtils.describe(cause));
          Duration doubled = pause.multipliedBy(2);
          Duration next = doubled.compareTo(longest) > 0 ? longest : doubled;
          mainThread.schedule(
              () -> attempt(step, next, done), pause.toNanos(), TimeUnit.NANOSECONDS);
        },
        mainThread);
  }
}
