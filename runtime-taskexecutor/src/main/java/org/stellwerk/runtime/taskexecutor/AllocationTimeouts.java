package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.function.Consumer;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.time.Clock;

/**
 * The allocations that wait to be accepted, each for the same time. Component of the TaskExecutor,
 * in its main thread.
 *
 * <p>The last tenth of the time is waited for afresh: when a process that stood still goes on, its
 * timers are due before it has read that the slot was accepted long since.
 */
final class AllocationTimeouts {

  private final FixedDelay<AllocationID> first;
  private final FixedDelay<AllocationID> last;

  /**
   * Nothing armed.
   *
   * @param listener told once about each allocation whose time is over
   */
  AllocationTimeouts(
      Duration timeout,
      ComponentMainThreadExecutor mainThread,
      Clock clock,
      Consumer<AllocationID> listener) {
    Duration tenth = timeout.dividedBy(10);
    this.last = new FixedDelay<>(tenth, mainThread, clock, listener);
    this.first = new FixedDelay<>(timeout.minus(tenth), mainThread, clock, last::add);
  }

  /** Begins to wait, afresh if it was waited for already. */
  void arm(AllocationID allocation) {
    last.remove(allocation);
    first.add(allocation);
  }

  /** Ends the wait; harmless if there is none. */
  void disarm(AllocationID allocation) {
    first.remove(allocation);
    last.remove(allocation);
  }

  /** Whether the allocation is waited for. */
  boolean isArmed(AllocationID allocation) {
    return first.contains(allocation) || last.contains(allocation);
  }

  /** Ends every wait. */
  void stop() {
    first.clear();
    last.clear();
  }
}
