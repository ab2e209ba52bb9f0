package org.stellwerk.rpc.simulation.contract;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sees whether two threads are in one main thread at once, or one after the other without a
 * happens-before: then its plain counter misses counts.
 */
final class MainThreadWitness {

  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger overlaps = new AtomicInteger();
  private int seen; // plain on purpose

  /** One piece of work in the main thread. */
  void see() {
    if (inside.incrementAndGet() != 1) {
      overlaps.incrementAndGet();
    }
    seen++;
    inside.decrementAndGet();
  }

  /** How much work was seen; to be asked in the main thread. */
  int seen() {
    return seen;
  }

  int overlaps() {
    return overlaps.get();
  }
}
