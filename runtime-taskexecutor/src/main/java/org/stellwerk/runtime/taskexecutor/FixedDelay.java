package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.time.Clock;

/**
 * Waits the same time for each of many things, from when it was added. As they are due in that
 * order, one timer is enough for all: hundreds of tasks are cancelled, or slots given, in one turn.
 * Armed while something is waited for. In the main thread.
 */
final class FixedDelay<T> {

  private final long delayNanos;
  private final ComponentMainThreadExecutor mainThread;
  private final Clock clock;
  private final Consumer<T> listener;

  /** When each is due, the first in front. */
  private final Map<T, Long> dueNanos = new LinkedHashMap<>();

  private @Nullable ScheduledFuture<?> timer;

  /**
   * Nothing waited for.
   *
   * @param listener told of each when it is due, and not waited for any more; may add it again
   */
  FixedDelay(
      Duration delay, ComponentMainThreadExecutor mainThread, Clock clock, Consumer<T> listener) {
    this.delayNanos = delay.toNanos();
    this.mainThread = mainThread;
    this.clock = clock;
    this.listener = listener;
  }

  /** Begins to wait, afresh if it was waited for already. */
  void add(T each) {
    dueNanos.remove(each);
    dueNanos.put(each, clock.relativeTimeNanos() + delayNanos);
    arm();
  }

  /** Ends the wait; harmless if there is none. */
  void remove(T each) {
    if (dueNanos.remove(each) != null && dueNanos.isEmpty()) {
      disarm();
    }
  }

  boolean contains(T each) {
    return dueNanos.containsKey(each);
  }

  /** Ends every wait. */
  void clear() {
    dueNanos.clear();
    disarm();
  }

  private void arm() {
    if (timer == null && !dueNanos.isEmpty()) {
      long left = dueNanos.values().iterator().next() - clock.relativeTimeNanos();
      timer = mainThread.schedule(this::onTimer, Math.max(0, left), TimeUnit.NANOSECONDS);
    }
  }

  private void disarm() {
    ScheduledFuture<?> armed = timer;
    timer = null;
    if (armed != null) {
      armed.cancel(false);
    }
  }

  /** What the listener adds stands behind what is there. */
  private void onTimer() {
    timer = null;
    long now = clock.relativeTimeNanos();
    for (int left = dueNanos.size(); left > 0 && !dueNanos.isEmpty(); left--) {
      Map.Entry<T, Long> first = dueNanos.entrySet().iterator().next();
      if (first.getValue() - now > 0) {
        break;
      }
      T due = first.getKey();
      dueNanos.remove(due);
      listener.accept(due);
    }
    arm();
  }
}
