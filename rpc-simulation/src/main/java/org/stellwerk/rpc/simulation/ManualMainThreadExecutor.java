package org.stellwerk.rpc.simulation;

import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimEvent.Kind;

/**
 * A main thread for tests of components that have no endpoint. The test's own code counts as main
 * thread, so do the runnables and timers given to it; events of other executors do not, which shows
 * a missing hop. What is posted runs in order once the scheduler is run.
 */
public final class ManualMainThreadExecutor implements ComponentMainThreadExecutor {

  private final SimScheduler scheduler;
  private final String name;
  private final SimLane lane = new SimLane();

  /** A main thread on the scheduler. */
  public ManualMainThreadExecutor(SimScheduler scheduler) {
    this(scheduler, "main-thread");
  }

  /** One of several main threads. */
  public ManualMainThreadExecutor(SimScheduler scheduler, String name) {
    this.scheduler = scheduler;
    this.name = name;
  }

  @Override
  public void assertRunningInMainThread() {
    scheduler.checkThread();
    Object context = scheduler.currentContext();
    if (context != this && scheduler.inEvent()) {
      throw new IllegalStateException(
          "Runs outside of " + name + ". Continue futures with the main thread executor.");
    }
  }

  @Override
  public void execute(Runnable command) {
    scheduler.schedule(new SimAction(Kind.MESSAGE, null, this, name, command), 0, lane);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    SimTimer<?> timer = timer(Executors.callable(command), true);
    arm(timer, Kind.TIMER, unit.toNanos(delay), timer);
    return timer;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    SimTimer<V> timer = timer(callable, false);
    arm(timer, Kind.TIMER, unit.toNanos(delay), timer);
    return timer;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException(
        "A main thread timer arms itself again in its callback");
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return scheduleAtFixedRate(command, initialDelay, delay, unit);
  }

  private <V extends @Nullable Object> SimTimer<V> timer(Callable<V> callable, boolean report) {
    return new SimTimer<>(
        callable,
        failure -> {
          if (report) {
            scheduler.reportViolation(failure);
          }
        },
        event -> event.timeNanos() - scheduler.nowNanos());
  }

  private void arm(SimTimer<?> timer, Kind kind, long delayNanos, Runnable action) {
    timer.armed(
        scheduler.schedule(new SimAction(kind, null, this, name, action), delayNanos, null));
  }
}
