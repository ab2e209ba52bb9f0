package org.stellwerk.rpc.simulation;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.stellwerk.time.Clock;

/**
 * The clock of one node on the scheduler's virtual time. It may run fast or slow against the
 * world's, and its wall time may be stepped. Timers of the node follow its clock: none fires before
 * the clock shows its time, also if the drift changes while it waits.
 */
public final class SimClock implements Clock {

  /** What wall clocks show when a simulation begins: 2023-11-14T22:13:20Z. */
  public static final long EPOCH_MILLIS = 1_700_000_000_000L;

  private static final long MILLION = 1_000_000;
  private static final long NEVER_NANOS = Long.MAX_VALUE / 4;

  private final SimScheduler scheduler;
  private final @Nullable SimNode node;
  private long anchorWorld;
  private long anchorNode;
  private long drift;
  private long wallOffsetMillis;

  SimClock(SimScheduler scheduler, @Nullable SimNode node) {
    this.scheduler = scheduler;
    this.node = node;
  }

  /**
   * From now on the clock gains on the world's; negative values lose.
   *
   * @param partsPerMillion of time; above -1 million
   */
  public void setDrift(long partsPerMillion) {
    if (partsPerMillion <= -MILLION) {
      throw new IllegalArgumentException("A clock cannot stand or run backwards");
    }
    SimClock before = copy();
    long now = relativeTimeNanos();
    anchorNode = now;
    anchorWorld = scheduler.nowNanos();
    drift = partsPerMillion;
    if (node != null) {
      scheduler.retimeTimersOf(node, due -> toWorldNanos(before.at(due) - now));
    }
  }

  private SimClock copy() {
    SimClock copy = new SimClock(scheduler, null);
    copy.anchorWorld = anchorWorld;
    copy.anchorNode = anchorNode;
    copy.drift = drift;
    return copy;
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
    return at(scheduler.nowNanos());
  }

  /** What the clock shows at a time of the world if the drift stays as it is. */
  private long at(long worldNanos) {
    return anchorNode + scaled(worldNanos - anchorWorld);
  }

  private long scaled(long nanos) {
    if (drift == 0) {
      return nanos;
    }
    long gained =
        Math.floorDiv(nanos, MILLION) * drift
            + Math.floorDiv(Math.floorMod(nanos, MILLION) * drift, MILLION);
    return nanos + gained;
  }

  /** How long the world takes until this clock has advanced by the delay. */
  long toWorldNanos(long delayNanos) {
    if (drift == 0 || delayNanos <= 0) {
      return Math.min(delayNanos, NEVER_NANOS);
    }
    long target = relativeTimeNanos() + delayNanos - anchorNode;
    double estimate = target * (1.0 * MILLION / (MILLION + drift));
    if (estimate >= NEVER_NANOS) {
      return NEVER_NANOS;
    }
    long world = (long) estimate;
    while (scaled(world) >= target) {
      world--;
    }
    while (scaled(world) < target) {
      world++;
    }
    return anchorWorld + world - scheduler.nowNanos();
  }
}
