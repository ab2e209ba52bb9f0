package org.stellwerk.rpc.simulation;

import java.time.Duration;
import org.stellwerk.time.Clock;

/** A clock that stands until the test moves it. For components without timers. */
public final class ManualClock implements Clock {

  private long nanos;
  private long wallMillis;

  /** A clock at 0, whose wall time is a fixed day in 2023. */
  public ManualClock() {
    this.wallMillis = SimClock.EPOCH_MILLIS;
  }

  /** Lets time pass, on the wall too. */
  public void advance(Duration duration) {
    long before = relativeTimeMillis();
    nanos += duration.toNanos();
    wallMillis += relativeTimeMillis() - before;
  }

  /** Sets the wall time; monotonic time is not affected. */
  public void setWallTimeMillis(long millis) {
    wallMillis = millis;
  }

  @Override
  public long absoluteTimeMillis() {
    return wallMillis;
  }

  @Override
  public long relativeTimeNanos() {
    return nanos;
  }
}
