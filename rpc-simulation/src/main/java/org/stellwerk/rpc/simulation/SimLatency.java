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

  /** Mostly one, with the given probability the other. */
  static SimLatency mostly(SimLatency usual, SimLatency rare, double rareProbability) {
    return random -> (random.chance(rareProbability) ? rare : usual).nextNanos(random);
  }
}
