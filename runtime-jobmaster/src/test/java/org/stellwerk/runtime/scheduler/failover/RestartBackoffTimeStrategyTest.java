package org.stellwerk.runtime.scheduler.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.rpc.simulation.SimRandom;
import org.stellwerk.runtime.scheduler.failover.RestartBackoffTimeStrategy.Decision;
import org.stellwerk.runtime.scheduler.failover.RestartBackoffTimeStrategy.GiveUp;
import org.stellwerk.runtime.scheduler.failover.RestartBackoffTimeStrategy.RestartAfter;

class RestartBackoffTimeStrategyTest {

  private static RestartBackoffTimeStrategy strategy(String... keysAndValues) {
    Configuration configuration = Configuration.empty();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      configuration =
          configuration.with("restart-strategy." + keysAndValues[i], keysAndValues[i + 1]);
    }
    return RestartBackoffTimeStrategies.from(configuration, new SimRandom(1));
  }

  private static long delay(Decision decision) {
    assertThat(decision).isInstanceOf(RestartAfter.class);
    return ((RestartAfter) decision).delay().toMillis();
  }

  @Test
  void noneNeverRestarts() {
    assertThat(strategy("type", "none").notifyFailure(true, 0)).isInstanceOf(GiveUp.class);
    assertThat(strategy("type", "none").onIntendedEnd()).isInstanceOf(GiveUp.class);
  }

  @Test
  void fixedDelayRestartsTheGivenNumberOfTimes() {
    RestartBackoffTimeStrategy strategy =
        strategy("type", "fixed-delay", "fixed-delay.attempts", "3", "fixed-delay.delay", "7 ms");
    for (int i = 0; i < 3; i++) {
      assertThat(delay(strategy.notifyFailure(i == 1, 0))).isEqualTo(7);
    }
    assertThat(strategy.notifyFailure(false, 1_000_000))
        .isEqualTo(
            new GiveUp("all 3 restarts are used up (restart-strategy.fixed-delay.attempts)"));
  }

  @Test
  void failureRateGivesUpWhenTooManyFailuresLieWithinTheInterval() {
    RestartBackoffTimeStrategy strategy =
        strategy(
            "type",
            "failure-rate",
            "failure-rate.max-failures-per-interval",
            "2",
            "failure-rate.failure-rate-interval",
            "10 s",
            "failure-rate.delay",
            "5 ms");
    assertThat(delay(strategy.notifyFailure(false, 0))).isEqualTo(5);
    assertThat(delay(strategy.notifyFailure(false, 9_000))).isEqualTo(5);
    // The first has left the interval.
    assertThat(delay(strategy.notifyFailure(false, 10_001))).isEqualTo(5);
    Decision last = strategy.notifyFailure(false, 11_000);
    assertThat(last).isInstanceOf(GiveUp.class);
    assertThat(((GiveUp) last).why()).contains("3 failures within 10000 ms, more than 2");
  }

  @Test
  void exponentialDelayGrowsToItsMaximumAndIsSmallAgainAfterAQuietTime() {
    RestartBackoffTimeStrategy strategy =
        strategy(
            "type",
            "exponential-delay",
            "exponential-delay.initial-backoff",
            "100 ms",
            "exponential-delay.max-backoff",
            "300 ms",
            "exponential-delay.backoff-multiplier",
            "2",
            "exponential-delay.reset-backoff-threshold",
            "60 s",
            "exponential-delay.jitter-factor",
            "0");
    assertThat(delay(strategy.notifyFailure(false, 0))).isEqualTo(100);
    assertThat(delay(strategy.notifyFailure(true, 1_000))).isEqualTo(200);
    assertThat(delay(strategy.notifyFailure(false, 2_000))).isEqualTo(300);
    assertThat(delay(strategy.notifyFailure(false, 62_299))).isEqualTo(300);
    assertThat(delay(strategy.notifyFailure(false, 62_299 + 300 + 60_000))).isEqualTo(100);
  }

  @Test
  void theFirstRestartAfterTheLossOfATaskManagerHasNoDelay() {
    RestartBackoffTimeStrategy strategy = strategy("exponential-delay.jitter-factor", "0");
    assertThat(delay(strategy.notifyFailure(true, 0))).isZero();
    assertThat(delay(strategy.notifyFailure(true, 10))).isEqualTo(100);
    assertThat(delay(strategy.notifyFailure(false, 200))).isEqualTo(150);
    long quiet = Duration.ofHours(2).toMillis();
    assertThat(delay(strategy.notifyFailure(true, quiet))).isZero();
  }

  @Test
  void jitterStaysWithinItsShare() {
    for (int seed = 0; seed < 200; seed++) {
      RestartBackoffTimeStrategy strategy =
          RestartBackoffTimeStrategies.from(Configuration.empty(), new SimRandom(seed));
      assertThat(delay(strategy.notifyFailure(false, 0))).isBetween(90L, 110L);
    }
  }

  @Test
  void exponentialDelayMayBeLimited() {
    RestartBackoffTimeStrategy strategy =
        strategy("exponential-delay.attempts-before-reset-backoff", "1");
    assertThat(strategy.notifyFailure(false, 0)).isInstanceOf(RestartAfter.class);
    assertThat(strategy.notifyFailure(false, 1)).isInstanceOf(GiveUp.class);
  }

  @Test
  void whatIsOutOfBoundsIsRefusedByName() {
    assertThatThrownBy(() -> strategy("exponential-delay.backoff-multiplier", "1"))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessage(
            "restart-strategy.exponential-delay.backoff-multiplier must be above 1, but is 1.0");
    assertThatThrownBy(() -> strategy("type", "sometimes"))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("none, fixed-delay, failure-rate, exponential-delay");
  }

  /** As a later leader would have it, so long after it was saved; its clock begins elsewhere. */
  private static RestartBackoffTimeStrategy restored(
      RestartBackoffTimeStrategy saved, long savedAt, long elapsedMs, String... keysAndValues) {
    RestartBackoffTimeStrategy made = strategy(keysAndValues);
    made.restore(saved.save(savedAt), elapsedMs, 50_000);
    return made;
  }

  @Test
  void fixedDelayGoesOnCountingUnderALaterLeader() {
    String[] settings = {
      "type", "fixed-delay", "fixed-delay.attempts", "2", "fixed-delay.delay", "7 ms"
    };
    RestartBackoffTimeStrategy first = strategy(settings);
    first.notifyFailure(false, 0);
    RestartBackoffTimeStrategy later = restored(first, 10, 1_000_000, settings);
    assertThat(delay(later.notifyFailure(false, 50_000))).isEqualTo(7);
    assertThat(later.notifyFailure(false, 50_001)).isInstanceOf(GiveUp.class);
  }

  @Test
  void failureRateRemembersWhenUnderALaterLeader() {
    String[] settings = {
      "type",
      "failure-rate",
      "failure-rate.max-failures-per-interval",
      "1",
      "failure-rate.failure-rate-interval",
      "10 s",
      "failure-rate.delay",
      "5 ms"
    };
    RestartBackoffTimeStrategy first = strategy(settings);
    first.notifyFailure(false, 1_000);
    assertThat(restored(first, 3_000, 2_000, settings).notifyFailure(false, 50_000))
        .isInstanceOf(GiveUp.class);
    assertThat(restored(first, 3_000, 9_000, settings).notifyFailure(false, 50_000))
        .isInstanceOf(RestartAfter.class);
  }

  @Test
  void exponentialDelayGrowsOnUnderALaterLeaderUntilAQuietTime() {
    String[] settings = {
      "type",
      "exponential-delay",
      "exponential-delay.initial-backoff",
      "100 ms",
      "exponential-delay.backoff-multiplier",
      "2",
      "exponential-delay.jitter-factor",
      "0",
      "exponential-delay.reset-backoff-threshold",
      "1 min"
    };
    RestartBackoffTimeStrategy first = strategy(settings);
    first.notifyFailure(false, 0);
    first.notifyFailure(false, 1_000);
    assertThat(delay(restored(first, 2_000, 5_000, settings).notifyFailure(false, 50_000)))
        .isEqualTo(400);
    assertThat(delay(restored(first, 2_000, 60_000, settings).notifyFailure(false, 50_000)))
        .isEqualTo(100);
  }

  @Test
  void whatAStrategyOfAnotherKindHasSavedIsIgnored() {
    RestartBackoffTimeStrategy made =
        strategy("type", "fixed-delay", "fixed-delay.attempts", "1", "fixed-delay.delay", "7 ms");
    made.restore(List.of(1L, 2L, 3L), 0, 0);
    assertThat(delay(made.notifyFailure(false, 0))).isEqualTo(7);
  }
}
