package org.stellwerk.runtime.options;

import java.time.Duration;
import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/**
 * Options of restarts after failures, under Flink's keys. A job's own configuration beats the
 * cluster's.
 */
public final class RestartStrategyOptions {

  /** When a failed task is started again. */
  public enum Type {
    /** Never: the first failure fails the job. */
    NONE,
    /** A number of times, always after the same delay. */
    FIXED_DELAY,
    /** As long as failures are rare. */
    FAILURE_RATE,
    /** Always, after a delay that grows while failures go on. */
    EXPONENTIAL_DELAY
  }

  /** Which tasks are started again with a failed one. */
  public enum Failover {
    /** Those that exchange records with it, directly or through others. */
    REGION,
    /** All of the job. */
    FULL
  }

  private static final String PREFIX = "restart-strategy.";

  public static final ConfigOption<Type> TYPE =
      ConfigOption.oneOf(
          PREFIX + "type",
          Type.class,
          Type.EXPONENTIAL_DELAY,
          "When tasks are started again after a failure.");

  public static final ConfigOption<Failover> FAILOVER =
      ConfigOption.oneOf(
          "jobmanager.execution.failover-strategy",
          Failover.class,
          Failover.REGION,
          "Which tasks are started again with a failed one: its region, or all (full).");

  public static final ConfigOption<Integer> FIXED_DELAY_ATTEMPTS =
      ConfigOption.integer(
          PREFIX + "fixed-delay.attempts", 1, "How many restarts there are before the job fails.");

  public static final ConfigOption<Duration> FIXED_DELAY_DELAY =
      ConfigOption.duration(
          PREFIX + "fixed-delay.delay",
          Duration.ofSeconds(1),
          "How long after a failure its tasks start again.");

  public static final ConfigOption<Integer> FAILURE_RATE_MAX_FAILURES =
      ConfigOption.integer(
          PREFIX + "failure-rate.max-failures-per-interval",
          1,
          "How many failures within the interval are followed by a restart; one more fails the job.");

  public static final ConfigOption<Duration> FAILURE_RATE_INTERVAL =
      ConfigOption.duration(
          PREFIX + "failure-rate.failure-rate-interval",
          Duration.ofMinutes(1),
          "The interval in which failures are counted.");

  public static final ConfigOption<Duration> FAILURE_RATE_DELAY =
      ConfigOption.duration(
          PREFIX + "failure-rate.delay",
          Duration.ofSeconds(1),
          "How long after a failure its tasks start again.");

  public static final ConfigOption<Duration> EXPONENTIAL_DELAY_INITIAL =
      ConfigOption.duration(
          PREFIX + "exponential-delay.initial-backoff",
          Duration.ofMillis(100),
          "The first delay. The first restart after the loss of a TaskManager has none.");

  public static final ConfigOption<Duration> EXPONENTIAL_DELAY_MAX =
      ConfigOption.duration(
          PREFIX + "exponential-delay.max-backoff", Duration.ofMinutes(1), "The longest delay.");

  public static final ConfigOption<Double> EXPONENTIAL_DELAY_MULTIPLIER =
      ConfigOption.number(
          PREFIX + "exponential-delay.backoff-multiplier",
          1.5,
          "By how much a delay is longer than the one before; above 1.");

  public static final ConfigOption<Duration> EXPONENTIAL_DELAY_RESET =
      ConfigOption.duration(
          PREFIX + "exponential-delay.reset-backoff-threshold",
          Duration.ofHours(1),
          "How long a job must run without a failure before the first delay is used again.");

  public static final ConfigOption<Double> EXPONENTIAL_DELAY_JITTER =
      ConfigOption.number(
          PREFIX + "exponential-delay.jitter-factor",
          0.1,
          "Share of a delay by which it is randomly longer or shorter, from 0 to 1.");

  public static final ConfigOption<Integer> EXPONENTIAL_DELAY_ATTEMPTS =
      ConfigOption.integer(
          PREFIX + "exponential-delay.attempts-before-reset-backoff",
          Integer.MAX_VALUE,
          "How many restarts there are, unless the first delay is used again, before the job fails.");

  private RestartStrategyOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(
        TYPE,
        FAILOVER,
        FIXED_DELAY_ATTEMPTS,
        FIXED_DELAY_DELAY,
        FAILURE_RATE_MAX_FAILURES,
        FAILURE_RATE_INTERVAL,
        FAILURE_RATE_DELAY,
        EXPONENTIAL_DELAY_INITIAL,
        EXPONENTIAL_DELAY_MAX,
        EXPONENTIAL_DELAY_MULTIPLIER,
        EXPONENTIAL_DELAY_RESET,
        EXPONENTIAL_DELAY_JITTER,
        EXPONENTIAL_DELAY_ATTEMPTS);
  }
}
