package org.stellwerk.runtime.options;

import java.time.Duration;
import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/** Options of the life cycle of tasks. */
public final class TaskOptions {

  public static final ConfigOption<Duration> CANCELLATION_INTERVAL =
      ConfigOption.duration(
          "task.cancellation.interval",
          Duration.ofSeconds(1),
          "How often a task that is to be cancelled is interrupted.");

  public static final ConfigOption<Duration> CANCELLATION_TIMEOUT =
      ConfigOption.duration(
          "task.cancellation.timeout",
          Duration.ofMinutes(3),
          "How long a task may take to be cancelled; then its stack is reported, its job goes on without it, and its slot is out of use until it ends. 0 for ever.");

  private TaskOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(CANCELLATION_INTERVAL, CANCELLATION_TIMEOUT);
  }
}
