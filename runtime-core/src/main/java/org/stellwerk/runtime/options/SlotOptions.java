package org.stellwerk.runtime.options;

import java.time.Duration;
import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/** Options of slots and their requests. */
public final class SlotOptions {

  public static final ConfigOption<Duration> REQUEST_TIMEOUT =
      ConfigOption.duration(
          "slot.request.timeout", Duration.ofMinutes(5), "How long a job waits for its slots.");

  public static final ConfigOption<Duration> IDLE_TIMEOUT =
      ConfigOption.duration(
          "slot.idle.timeout",
          Duration.ofSeconds(50),
          "How long a job keeps a slot that it has no task for, before it gives it back.");

  public static final ConfigOption<Duration> RM_START_UP_TIME =
      ConfigOption.duration(
          "resourcemanager.standalone.start-up-time",
          Duration.ofSeconds(30),
          "How long after its start the ResourceManager expects more TaskManagers before it calls resources short.");

  private SlotOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(REQUEST_TIMEOUT, IDLE_TIMEOUT, RM_START_UP_TIME);
  }
}
