package org.stellwerk.runtime.options;

import java.time.Duration;
import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/**
 * Options of adaptive jobs, under Flink's keys and with its defaults. A job's own configuration
 * beats the cluster's.
 */
public final class AdaptiveSchedulerOptions {

  private static final String PREFIX = "jobmanager.adaptive-scheduler.";

  public static final ConfigOption<Duration> RESOURCE_WAIT_TIMEOUT =
      ConfigOption.duration(
          PREFIX + "submission.resource-wait-timeout",
          Duration.ofMinutes(5),
          "How long an adaptive job, submitted or restarting, waits for the slots of its lower"
              + " bounds before it fails.");

  public static final ConfigOption<Duration> SUBMISSION_STABILIZATION_TIMEOUT =
      ConfigOption.duration(
          PREFIX + "submission.resource-stabilization-timeout",
          Duration.ofSeconds(10),
          "How long an adaptive job, submitted or restarting, waits for more slots when it has"
              + " enough to run, but fewer than it wants.");

  public static final ConfigOption<Duration> COOLDOWN =
      ConfigOption.duration(
          PREFIX + "executing.cooldown-after-rescaling",
          Duration.ofSeconds(30),
          "How long an adaptive job runs before more slots make it start again with a larger"
              + " parallelism.");

  public static final ConfigOption<Duration> EXECUTING_STABILIZATION_TIMEOUT =
      ConfigOption.duration(
          PREFIX + "executing.resource-stabilization-timeout",
          Duration.ofMinutes(1),
          "How long an adaptive job that runs and has some more slots, but not all that it wants,"
              + " waits for the others before it starts again.");

  public static final ConfigOption<Integer> MIN_PARALLELISM_INCREASE =
      ConfigOption.integer(
          PREFIX + "min-parallelism-increase",
          1,
          "How many tasks more an adaptive job must get to be started again for them.");

  private AdaptiveSchedulerOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(
        RESOURCE_WAIT_TIMEOUT,
        SUBMISSION_STABILIZATION_TIMEOUT,
        COOLDOWN,
        EXECUTING_STABILIZATION_TIMEOUT,
        MIN_PARALLELISM_INCREASE);
  }
}
