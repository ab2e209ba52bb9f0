package org.stellwerk.rpc.simulation;

import java.time.Duration;

/**
 * One direction of the TCP connection between two processes, from the first segment on that a black
 * hole has swallowed. TCP sends it again, with pauses that double, and sends nothing else before it
 * arrives: so when the hole is gone, nothing gets through until the next of these attempts.
 */
final class SimBackOff {

  private static final SimLatency FIRST_PAUSE =
      SimLatency.uniform(Duration.ofMillis(200), Duration.ofMillis(400));

  private static final long LONGEST_PAUSE_NANOS = Duration.ofMinutes(2).toNanos();

  private final SimNode from;
  private final SimNode to;
  private final long lostNanos;
  private final long firstPauseNanos;
  private long endNanos = Long.MAX_VALUE;

  /** From now on segments are lost. */
  SimBackOff(SimNode from, SimNode to, long nowNanos, SimRandom random) {
    this.from = from;
    this.to = to;
    this.lostNanos = nowNanos;
    this.firstPauseNanos = FIRST_PAUSE.nextNanos(random);
  }

  /** Whether it is these processes' connection: another incarnation has one of its own. */
  boolean isBetween(SimNode sender, SimNode receiver) {
    return from == sender && to == receiver;
  }

  /** From now on segments arrive; returns when the next one is sent. */
  long healed(long nowNanos) {
    long attempt = lostNanos;
    for (long pause = firstPauseNanos; attempt < nowNanos; ) {
      attempt += pause;
      pause = Math.min(LONGEST_PAUSE_NANOS, 2 * pause);
    }
    endNanos = attempt;
    return attempt;
  }

  boolean isOverAt(long nanos) {
    return nanos >= endNanos;
  }
}
