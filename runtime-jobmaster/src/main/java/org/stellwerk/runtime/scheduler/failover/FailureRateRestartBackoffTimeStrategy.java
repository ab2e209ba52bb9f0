package org.stellwerk.runtime.scheduler.failover;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Starts again as long as no more than a number of failures lie within an interval. */
final class FailureRateRestartBackoffTimeStrategy implements RestartBackoffTimeStrategy {

  private final int maxFailures;
  private final Duration interval;
  private final Duration delay;
  private final Deque<Long> failureTimes = new ArrayDeque<>();

  FailureRateRestartBackoffTimeStrategy(int maxFailures, Duration interval, Duration delay) {
    this.maxFailures = maxFailures;
    this.interval = interval;
    this.delay = delay;
  }

  @Override
  public Decision notifyFailure(boolean taskManagerLost, long nowMs) {
    while (!failureTimes.isEmpty() && nowMs - failureTimes.peek() > interval.toMillis()) {
      failureTimes.remove();
    }
    failureTimes.add(nowMs);
    if (failureTimes.size() > maxFailures) {
      return new GiveUp(
          "there were "
              + failureTimes.size()
              + " failures within "
              + interval.toMillis()
              + " ms, more than "
              + maxFailures
              + " (restart-strategy.failure-rate.max-failures-per-interval)");
    }
    return new RestartAfter(delay);
  }

  @Override
  public List<Long> save(long nowMs) {
    return failureTimes.stream().map(time -> nowMs - time).toList();
  }

  @Override
  public void restore(List<Long> saved, long elapsedMs, long nowMs) {
    failureTimes.clear();
    saved.forEach(age -> failureTimes.add(nowMs - age - elapsedMs));
  }
}
