package org.stellwerk.runtime.scheduler.failover;

import java.time.Duration;
import java.util.List;

/** Starts again a number of times, always after the same delay. */
final class FixedDelayRestartBackoffTimeStrategy implements RestartBackoffTimeStrategy {

  private final int attempts;
  private final Duration delay;
  private int used;

  FixedDelayRestartBackoffTimeStrategy(int attempts, Duration delay) {
    this.attempts = attempts;
    this.delay = delay;
  }

  @Override
  public Decision notifyFailure(boolean taskManagerLost, long nowMs) {
    if (used >= attempts) {
      return new GiveUp(
          "all " + attempts + " restarts are used up (restart-strategy.fixed-delay.attempts)");
    }
    used++;
    return new RestartAfter(delay);
  }

  @Override
  public List<Long> save(long nowMs) {
    return List.of((long) used);
  }

  @Override
  public void restore(List<Long> saved, long elapsedMs, long nowMs) {
    if (saved.size() == 1) {
      used = Math.toIntExact(saved.get(0));
    }
  }
}
