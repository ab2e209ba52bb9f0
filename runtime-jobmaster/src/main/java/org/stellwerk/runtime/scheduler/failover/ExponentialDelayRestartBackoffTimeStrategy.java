package org.stellwerk.runtime.scheduler.failover;

import java.time.Duration;
import java.util.List;
import org.stellwerk.util.RandomSource;

/**
 * Starts again after a delay that grows from incident to incident and is small again after a quiet
 * time (FLIP-364). The first incident after a quiet time, if it is the loss of a TaskExecutor, has
 * no delay: there is nothing that could be better later.
 */
final class ExponentialDelayRestartBackoffTimeStrategy implements RestartBackoffTimeStrategy {

  /**
   * The bounds.
   *
   * @param resetThreshold how long after a restart without a failure the time counts as quiet
   * @param jitter share of a delay by which it is randomly longer or shorter
   * @param maxAttempts restarts without a quiet time between them
   */
  record Backoff(
      Duration initial,
      Duration max,
      double multiplier,
      Duration resetThreshold,
      double jitter,
      int maxAttempts) {

    Backoff {
      check(!initial.isNegative() && !initial.isZero(), "initial-backoff must be above 0", initial);
      check(max.compareTo(initial) >= 0, "max-backoff must not be below initial-backoff", max);
      check(multiplier > 1, "backoff-multiplier must be above 1", multiplier);
      check(!resetThreshold.isNegative(), "reset-backoff-threshold is below 0", resetThreshold);
      check(jitter >= 0 && jitter <= 1, "jitter-factor must be from 0 to 1", jitter);
      check(maxAttempts >= 0, "attempts-before-reset-backoff is below 0", maxAttempts);
    }

    private static void check(boolean holds, String complaint, Object value) {
      if (!holds) {
        throw new IllegalArgumentException(
            "restart-strategy.exponential-delay." + complaint + ", but is " + value);
      }
    }
  }

  private final Backoff backoff;
  private final RandomSource random;
  private double nextMs;
  private int attempts;
  private long quietAfterMs;

  ExponentialDelayRestartBackoffTimeStrategy(Backoff backoff, RandomSource random) {
    this.backoff = backoff;
    this.random = random;
    this.nextMs = (double) backoff.initial().toMillis();
  }

  @Override
  public Decision notifyFailure(boolean taskManagerLost, long nowMs) {
    if (attempts > 0 && nowMs - quietAfterMs >= 0) {
      attempts = 0;
      nextMs = (double) backoff.initial().toMillis();
    }
    if (attempts >= backoff.maxAttempts()) {
      return new GiveUp(
          "all "
              + backoff.maxAttempts()
              + " restarts are used up"
              + " (restart-strategy.exponential-delay.attempts-before-reset-backoff)");
    }
    long delayMs = attempts == 0 && taskManagerLost ? 0 : grow();
    attempts++;
    quietAfterMs = nowMs + delayMs + backoff.resetThreshold().toMillis();
    return new RestartAfter(Duration.ofMillis(delayMs));
  }

  private long grow() {
    double delay = nextMs;
    nextMs = Math.min((double) backoff.max().toMillis(), nextMs * backoff.multiplier());
    double spread = delay * backoff.jitter();
    return Math.round(delay - spread + 2 * spread * random.nextDouble());
  }

  @Override
  public List<Long> save(long nowMs) {
    return List.of((long) attempts, Math.round(nextMs), quietAfterMs - nowMs);
  }

  @Override
  public void restore(List<Long> saved, long elapsedMs, long nowMs) {
    if (saved.size() == 3) {
      attempts = Math.toIntExact(saved.get(0));
      nextMs = (double) saved.get(1);
      quietAfterMs = nowMs + saved.get(2) - elapsedMs;
    }
  }
}
