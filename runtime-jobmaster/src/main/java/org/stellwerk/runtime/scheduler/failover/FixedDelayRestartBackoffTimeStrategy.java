package org.stellwerk.runtime.scheduler.failover;

import java.time.Duration;

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
}
