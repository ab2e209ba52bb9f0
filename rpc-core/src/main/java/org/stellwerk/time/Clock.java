package org.stellwerk.time;

/**
 * The only source of time for control code. Implementations: {@link SystemClock} in real processes,
 * a manual one in unit tests, a drifting one in the simulator.
 */
public interface Clock {

  /** Wall-clock time in milliseconds since the epoch; may jump in either direction. */
  long absoluteTimeMillis();

  /** Monotonic time in nanoseconds since an arbitrary origin; for durations only. */
  long relativeTimeNanos();

  /** Monotonic time in milliseconds since an arbitrary origin; for durations only. */
  default long relativeTimeMillis() {
    return relativeTimeNanos() / 1_000_000L;
  }
}
