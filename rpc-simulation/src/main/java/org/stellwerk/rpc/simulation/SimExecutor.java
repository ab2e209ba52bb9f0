package org.stellwerk.rpc.simulation;

import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.rpc.simulation.SimEvent.Kind;

/**
 * Timers and tasks as events: the timers of an RpcService, or an I/O pool whose tasks take a
 * latency each and then run as a whole. Its callbacks are outside of every main thread.
 */
public final class SimExecutor implements ScheduledExecutor {

  private final SimScheduler scheduler;
  private final @Nullable SimNode node;
  private final String name;
  private final SimRandom random;
  private final SimLane timersInOrder = new SimLane();
  private SimLatency latency;

  /** An executor of the world, not of a node: for tests of components. */
  public SimExecutor(SimScheduler scheduler, String name, SimLatency latency) {
    this(scheduler, null, name, latency);
  }

  SimExecutor(SimScheduler scheduler, @Nullable SimNode node, String name, SimLatency latency) {
    this.scheduler = scheduler;
    this.node = node;
    this.name = name;
    this.latency = latency;
    this.random = scheduler.random().fork("executor:" + name + ":" + (node == null ? "" : node));
  }

  /** How long tasks take from now on. */
  void setLatency(SimLatency newLatency) {
    latency = newLatency;
  }

  @Override
  public void execute(Runnable command) {
    scheduler.schedule(
        new SimAction(Kind.TASK, node, this, name, command), latency.nextNanos(random), null);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    SimTimer<?> timer = timer(Executors.callable(command), this::report);
    arm(timer, Kind.TIMER, unit.toNanos(delay), timer);
    return timer;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    SimTimer<V> timer = timer(callable, failure -> {});
    arm(timer, Kind.TIMER, unit.toNanos(delay), timer);
    return timer;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return repeat(command, unit.toNanos(initialDelay), unit.toNanos(period));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    // A command takes no virtual time: the two are the same.
    return repeat(command, unit.toNanos(initialDelay), unit.toNanos(delay));
  }

  private SimTimer<?> repeat(Runnable command, long initialDelayNanos, long periodNanos) {
    if (periodNanos <= 0) {
      throw new IllegalArgumentException("The period must be positive, not " + periodNanos);
    }
    SimTimer<?> timer = timer(Executors.callable(command), this::report);
    arm(timer, Kind.RECURRING, initialDelayNanos, () -> fire(timer, periodNanos));
    return timer;
  }

  private void fire(SimTimer<?> timer, long periodNanos) {
    if (timer.runAgain()) {
      arm(timer, Kind.RECURRING, periodNanos, () -> fire(timer, periodNanos));
    }
  }

  private <V> SimTimer<V> timer(Callable<V> callable, Consumer<Throwable> uncaught) {
    return new SimTimer<>(callable, uncaught, event -> event.timeNanos() - scheduler.nowNanos());
  }

  private void arm(SimTimer<?> timer, Kind kind, long delayNanos, Runnable action) {
    long worldNanos = node == null ? delayNanos : node.clock().toWorldNanos(delayNanos);
    SimEvent event = new SimAction(kind, node, this, name, action).after(timersInOrder);
    timer.armed(scheduler.schedule(event, worldNanos, null));
  }

  private void report(Throwable failure) {
    if (node == null) {
      scheduler.reportViolation(failure);
    } else {
      node.fatalErrors().onFatalError(failure);
    }
  }
}
