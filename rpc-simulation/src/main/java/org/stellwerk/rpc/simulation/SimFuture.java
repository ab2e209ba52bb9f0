package org.stellwerk.rpc.simulation;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.util.ExceptionUtils;

/**
 * A future of the simulated world, and what follows from it. What would wait for ever, because
 * nothing happens while the one thread waits, or would bring a thread or a timer of the JDK into
 * the simulation, is refused.
 *
 * <p>A CompletableFuture keeps what a callback throws for those who continue from that callback's
 * own future. If there is nobody, the exception is lost: then, at the end of the event, that is a
 * violation.
 */
final class SimFuture<T extends @Nullable Object> extends CompletableFuture<T> {

  private final SimScheduler scheduler;
  private boolean watching;
  private boolean heard;

  SimFuture(SimScheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Called by everything that continues from this future. */
  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    if (watching) {
      return new CompletableFuture<>();
    }
    heard = true;
    SimFuture<U> next = new SimFuture<>(scheduler);
    next.watch(failure -> next.failed(failure, this));
    return next;
  }

  /** Whether somebody continues from this future, or has looked at its outcome. */
  boolean isHeard() {
    return heard;
  }

  /** Hears of a failure without being somebody; at once if it is there. */
  private void watch(Consumer<Throwable> onFailure) {
    watching = true;
    try {
      whenComplete(
          (value, failure) -> {
            if (failure != null) {
              onFailure.accept(failure);
            }
          });
    } finally {
      watching = false;
    }
  }

  private void failed(Throwable failure, SimFuture<?> source) {
    Throwable cause = ExceptionUtils.stripCompletionException(failure);
    boolean[] inherited = new boolean[1];
    source.watch(former -> inherited[0] = ExceptionUtils.stripCompletionException(former) == cause);
    if (!inherited[0]) {
      suspect(cause);
    }
    // What a callback throws that was called for a failure is added to that failure.
    for (Throwable added : cause.getSuppressed()) {
      suspect(added);
    }
  }

  private void suspect(Throwable thrown) {
    if (thrown instanceof Error
        || (thrown instanceof RuntimeException && !(thrown instanceof CancellationException))) {
      scheduler.suspect(this, thrown);
    }
  }

  @Override
  public CompletableFuture<T> toCompletableFuture() {
    heard = true;
    return this;
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    checkDone("get()");
    return super.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    checkDone("get(timeout)");
    return super.get(timeout, unit);
  }

  @Override
  public T join() {
    checkDone("join()");
    return super.join();
  }

  private void checkDone(String what) {
    heard = true;
    if (!isDone() && scheduler.isInItsThread()) {
      throw new UnsupportedOperationException(
          what
              + " would wait for ever: nothing happens in the simulator while its thread waits."
              + " Continue the future instead; a test uses SimScheduler.await(future).");
    }
  }

  @Override
  public Executor defaultExecutor() {
    throw new UnsupportedOperationException(
        "This would run in the JDK's common pool, outside of the simulation: name an executor.");
  }

  @Override
  public CompletableFuture<T> orTimeout(long timeout, TimeUnit unit) {
    throw realTime("orTimeout");
  }

  @Override
  public CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
    throw realTime("completeOnTimeout");
  }

  private static UnsupportedOperationException realTime(String what) {
    return new UnsupportedOperationException(
        what + " takes real time, which the simulator has none of: use a ScheduledExecutor.");
  }
}
