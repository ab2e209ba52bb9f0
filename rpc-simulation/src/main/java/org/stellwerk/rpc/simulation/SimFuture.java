package org.stellwerk.rpc.simulation;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A future of the simulated world, and what follows from it. What would wait for ever, because
 * nothing happens while the one thread waits, or would bring a thread or a timer of the JDK into
 * the simulation, is refused.
 */
final class SimFuture<T extends @Nullable Object> extends CompletableFuture<T> {

  private final SimScheduler scheduler;

  SimFuture(SimScheduler scheduler) {
    this.scheduler = scheduler;
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    return new SimFuture<>(scheduler);
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
