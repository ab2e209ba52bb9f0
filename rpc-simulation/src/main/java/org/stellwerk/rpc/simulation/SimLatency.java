package org.stellwerk.rpc.simulation;

import java.time.Duration;

/** How long something takes: a distribution that is drawn from. */
@FunctionalInterface
public interface SimLatency {

  /** The next duration in nanoseconds, 0 or more. */
  long nextNanos(SimRandom random);

  /** Always the same. */
  static SimLatency fixed(Duration latency) {
    long nanos = latency.toNanos();
    return random -> nanos;
  }

  /** Between the two, evenly. */
  static SimLatency uniform(Duration min, Duration max) {
    long from = min.toNanos();
    long span = max.toNanos() - from + 1;
    return random -> from + random.nextLong(span);
  }

  /**
   * Mostly small, sometimes large: between the first two, and with the given probability between
   * the last two.
   */
  static SimLatency frequentLarge(Duration min, Duration usualMax, Duration max, double large) {
    return mostly(uniform(min, usualMax), uniform(usualMax, max), large);
  }

  /** The usual, but this share of the time up to so long, if that is longer. */
  static SimLatency sometimesUpTo(SimLatency usual, double share, Duration longest) {
    long span = 1 + longest.toNanos();
    SimLatency slow = random -> Math.max(usual.nextNanos(random), random.nextLong(span));
    return share == 0 ? usual : mostly(usual, slow, share);
  }

  /** Mostly one, with the given probability the other. */
  static SimLatency mostly(SimLatency usual, SimLatency rare, double rareProbability) {
    return random -> (random.chance(rareProbability) ? rare : usual).nextNanos(random);
  }
}
