package org.stellwerk.runtime.jobmaster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.util.ExceptionUtils;

/**
 * Keeps the stored progress of a job up to date: one write at a time, and what changes in one turn
 * of the main thread or during a write goes into the next one. Component of the JobMaster, in its
 * main thread; soft state.
 */
final class ProgressRecorder {

  private static final Logger LOG = LoggerFactory.getLogger(ProgressRecorder.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Supplier<JobProgress> current;
  private final Function<JobProgress, CompletableFuture<Void>> store;
  private final BooleanSupplier isOver;
  private final Executor mainThread;
  private CompletableFuture<Void> stored = FutureUtils.completedVoidFuture();
  private CompletableFuture<Void> next = FutureUtils.completedVoidFuture();
  private boolean posted;
  private boolean closed;

  /**
   * Nothing has changed.
   *
   * @param current the progress as it is now
   * @param store makes it durable, however often it has to be tried
   * @param isOver whether the job is: then its result is stored, and not how it came to it
   */
  ProgressRecorder(
      Supplier<JobProgress> current,
      Function<JobProgress, CompletableFuture<Void>> store,
      BooleanSupplier isOver,
      Executor mainThread) {
    this.current = current;
    this.store = store;
    this.isOver = isOver;
    this.mainThread = mainThread;
  }

  /** The progress has changed. */
  void changed() {
    if (next.isDone() && !closed) {
      next = new CompletableFuture<>();
      post();
    }
  }

  /**
   * Completes in the main thread when all that has changed until now is durable; for a job that is
   * over, when this is closed.
   */
  CompletableFuture<Void> whenStored() {
    return next.isDone() ? stored : next;
  }

  /** The same, but for a store that does not answer for some time. */
  CompletableFuture<Void> whenStoredOrLate(ScheduledExecutor timers) {
    CompletableFuture<Void> bounded = whenStored().copy();
    FutureUtils.withTimeout(bounded, PATIENCE.toMillis(), timers, "Storing the job's progress");
    return bounded.exceptionallyCompose(
        failure -> {
          if (ExceptionUtils.stripCompletionException(failure) instanceof TimeoutException) {
            LOG.warn(
                "What is asked for is done; a later leader would not know of it: {}",
                ExceptionUtils.describe(failure));
            return FutureUtils.completedVoidFuture();
          }
          return CompletableFuture.failedFuture(failure);
        });
  }

  /**
   * Nothing is stored any more.
   *
   * @param failure of those who wait; null if what they wait for is of no importance any more
   */
  void close(@Nullable Throwable failure) {
    closed = true;
    for (CompletableFuture<Void> waiting : new ArrayList<>(List.of(stored, next))) {
      if (failure == null) {
        waiting.complete(null);
      } else {
        waiting.completeExceptionally(failure);
      }
    }
  }

  /** One write is on its way at a time; the end of it posts the next one. */
  private void post() {
    if (!posted && stored.isDone()) {
      posted = true;
      mainThread.execute(this::write);
    }
  }

  private void write() {
    posted = false;
    if (closed || isOver.getAsBoolean()) {
      return;
    }
    CompletableFuture<Void> written = next;
    stored = written;
    next = FutureUtils.completedVoidFuture();
    store
        .apply(current.get())
        .whenCompleteAsync(
            (ignored, failure) -> {
              if (failure == null) {
                written.complete(null);
              } else {
                written.completeExceptionally(failure);
              }
              if (!next.isDone()) {
                post();
              }
            },
            mainThread);
  }
}
