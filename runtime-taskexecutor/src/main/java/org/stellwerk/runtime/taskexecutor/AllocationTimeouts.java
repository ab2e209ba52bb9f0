package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.runtime.id.AllocationID;

/**
 * One timer per allocation that waits to be accepted. Each arming has a ticket of its own, and a
 * timer that fires counts only while its ticket is the current one. Component of the TaskExecutor,
 * in its main thread.
 *
 * <p>The last tenth of the time is waited for by a timer of its own: when a process that stood
 * still goes on, its timers are due before it has read that the slot was accepted long since.
 */
final class AllocationTimeouts {

  private record Armed(long ticket, ScheduledFuture<?> timer) {}

  private final long firstNanos;
  private final long lastNanos;
  private final ComponentMainThreadExecutor mainThread;
  private final Consumer<AllocationID> listener;
  private final Map<AllocationID, Armed> armed = new LinkedHashMap<>();
  private long lastTicket;

  /**
   * Nothing armed.
   *
   * @param listener told once about each allocation whose time is over
   */
  AllocationTimeouts(
      Duration timeout, ComponentMainThreadExecutor mainThread, Consumer<AllocationID> listener) {
    this.lastNanos = timeout.toNanos() / 10;
    this.firstNanos = timeout.toNanos() - lastNanos;
    this.mainThread = mainThread;
    this.listener = listener;
  }

  /** Begins to wait, afresh if it was waited for already; returns the ticket. */
  long arm(AllocationID allocation) {
    disarm(allocation);
    long ticket = ++lastTicket;
    schedule(
        allocation,
        ticket,
        firstNanos,
        () -> schedule(allocation, ticket, lastNanos, () -> expire(allocation)));
    return ticket;
  }

  private void schedule(AllocationID allocation, long ticket, long nanos, Runnable then) {
    ScheduledFuture<?> timer =
        mainThread.schedule(
            () -> {
              if (isValid(allocation, ticket)) {
                then.run();
              }
            },
            nanos,
            TimeUnit.NANOSECONDS);
    armed.put(allocation, new Armed(ticket, timer));
  }

  private void expire(AllocationID allocation) {
    armed.remove(allocation);
    listener.accept(allocation);
  }

  /** Ends the wait; harmless if there is none. */
  void disarm(AllocationID allocation) {
    Armed before = armed.remove(allocation);
    if (before != null) {
      before.timer().cancel(false);
    }
  }

  /** Whether the allocation is waited for under this ticket. */
  boolean isValid(AllocationID allocation, long ticket) {
    Armed current = armed.get(allocation);
    return current != null && current.ticket() == ticket;
  }

  /** Whether the allocation is waited for. */
  boolean isArmed(AllocationID allocation) {
    return armed.containsKey(allocation);
  }

  /** Ends every wait. */
  void stop() {
    armed.values().forEach(each -> each.timer().cancel(false));
    armed.clear();
  }
}
