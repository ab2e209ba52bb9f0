package org.stellwerk.rpc.simulation;

import java.time.Duration;
import org.stellwerk.time.Clock;

/**
 * The clock of one node on the scheduler's virtual time. It may run fast or slow against the
 * world's, and its wall time may be stepped.
 */
public final class SimClock implements Clock {

  /** What wall clocks show when a simulation begins: 2023-11-14T22:13:20Z. */
  public static final long EPOCH_MILLIS = 1_700_000_000_000L;

  private final SimScheduler scheduler;
  private long anchorWorld;
  private long anchorNode;
  private double rate = 1.0;
  private long wallOffsetMillis;

  SimClock(SimScheduler scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * From now on the clock gains on the world's; negative values lose.
   *
   * @param partsPerMillion of time; above -1 million
   */
  public void setDrift(long partsPerMillion) {
    if (partsPerMillion <= -1_000_000) {
      throw new IllegalArgumentException("A clock cannot stand or run backwards");
    }
    anchorNode = relativeTimeNanos();
    anchorWorld = scheduler.nowNanos();
    rate = 1.0 + partsPerMillion / 1e6;
  }

  /** Moves the wall time forward, or back if negative. */
  public void stepWall(Duration step) {
    wallOffsetMillis += step.toMillis();
  }

  @Override
  public long absoluteTimeMillis() {
    return EPOCH_MILLIS + relativeTimeMillis() + wallOffsetMillis;
  }

  @Override
  public long relativeTimeNanos() {
    long sinceAnchor = scheduler.nowNanos() - anchorWorld;
    return anchorNode + (rate == 1.0 ? sinceAnchor : (long) (sinceAnchor * rate));
  }

  /** How long the world takes until this clock has advanced by the delay. */
  long toWorldNanos(long delayNanos) {
    return rate == 1.0 ? delayNanos : (long) Math.ceil(delayNanos / rate);
  }
}
