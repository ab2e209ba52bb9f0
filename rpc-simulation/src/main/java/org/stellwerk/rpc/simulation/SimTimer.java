package org.stellwerk.rpc.simulation;

import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A timer's future. Its get() never waits: in one thread it would wait for ever. */
final class SimTimer<V> extends FutureTask<V> implements ScheduledFuture<V> {

  private final Consumer<Throwable> uncaught;
  private final ToLongFunction<SimEvent> remainingNanos;
  private @Nullable SimEvent event;

  SimTimer(
      Callable<V> callable, Consumer<Throwable> uncaught, ToLongFunction<SimEvent> remainingNanos) {
    super(callable);
    this.uncaught = uncaught;
    this.remainingNanos = remainingNanos;
  }

  void armed(SimEvent newEvent) {
    event = newEvent;
  }

  /** Runs once of many times; false if that was the last time. */
  boolean runAgain() {
    return runAndReset();
  }

  @Override
  protected void setException(Throwable t) {
    super.setException(t);
    uncaught.accept(t);
  }

  @Override
  protected void done() {
    if (isCancelled() && event != null) {
      event.cancel();
    }
  }

  @Override
  public V get() throws InterruptedException, ExecutionException {
    if (!isDone()) {
      throw new UnsupportedOperationException(
          "get() on a timer that has not fired would wait for ever: nothing happens in the"
              + " simulator while its thread waits.");
    }
    return super.get();
  }

  @Override
  public V get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException {
    return get();
  }

  @Override
  public long getDelay(TimeUnit unit) {
    return event == null
        ? 0
        : unit.convert(remainingNanos.applyAsLong(event), TimeUnit.NANOSECONDS);
  }

  @Override
  public int compareTo(Delayed other) {
    return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
  }
}
