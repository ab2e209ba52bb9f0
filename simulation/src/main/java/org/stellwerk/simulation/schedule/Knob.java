package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.configuration.ConfigOption;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.runtime.options.AdaptiveSchedulerOptions;
import org.stellwerk.runtime.options.ClusterOptions;
import org.stellwerk.runtime.options.HeartbeatOptions;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.runtime.options.SlotOptions;
import org.stellwerk.runtime.options.TaskManagerOptions;
import org.stellwerk.runtime.options.TaskOptions;

/**
 * Settings that a run may have tiny, at their defaults or huge: each shifts which of two racing
 * things happens first. Settings that only make sense together are one knob.
 *
 * @param tiny keys and values of the smallest sensible setting
 * @param huge those of the largest one
 */
record Knob(Map<String, String> tiny, Map<String, String> huge) {

  private static final double ALL_DEFAULTS = 0.4;
  private static final double CHANGED = 0.5;

  /** Every knob. */
  static final List<Knob> ALL =
      List.of(
          heartbeat(),
          adaptive(),
          of(TaskManagerOptions.SLOT_TIMEOUT, 1_000, 40_000),
          of(RpcOptions.ASK_TIMEOUT, 2_000, 30_000),
          of(SlotOptions.REQUEST_TIMEOUT, 8_000, 600_000),
          of(SlotOptions.IDLE_TIMEOUT, 200, 90_000),
          of(SlotOptions.RM_START_UP_TIME, 500, 90_000),
          of(ClusterOptions.INITIAL_REGISTRATION_TIMEOUT, 20, 3_000),
          of(ClusterOptions.MAX_REGISTRATION_TIMEOUT, 1_000, 20_000),
          of(ClusterOptions.ERROR_REGISTRATION_DELAY, 20, 5_000),
          of(ClusterOptions.REFUSED_REGISTRATION_DELAY, 200, 15_000),
          of(HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT, 600, 8_000),
          of(JobManagerOptions.RECONNECT_LEASE, 3_000, 3_600_000),
          of(JobManagerOptions.RECONCILIATION_TIMEOUT, 300, 30_000),
          of(TaskOptions.CANCELLATION_INTERVAL, 100, 20_000),
          of(TaskOptions.CANCELLATION_TIMEOUT, 500, 600_000),
          of(TaskManagerOptions.REGISTRATION_TIMEOUT, 4_000, 900_000));

  private static Knob of(ConfigOption<Duration> option, long tinyMs, long hugeMs) {
    return new Knob(Map.of(option.key(), millis(tinyMs)), Map.of(option.key(), millis(hugeMs)));
  }

  private static Knob heartbeat() {
    return new Knob(
        Map.of(
            HeartbeatOptions.INTERVAL.key(), millis(250),
            HeartbeatOptions.TIMEOUT.key(), millis(2_000),
            HeartbeatOptions.RPC_FAILURE_THRESHOLD.key(), "1"),
        Map.of(
            HeartbeatOptions.INTERVAL.key(), millis(4_000),
            HeartbeatOptions.TIMEOUT.key(), millis(40_000),
            HeartbeatOptions.RPC_FAILURE_THRESHOLD.key(), "5"));
  }

  /** All jobs are adaptive, and what they wait for is short or long. */
  private static Knob adaptive() {
    return new Knob(adaptive(100, 500, 300, 8_000), adaptive(6_000, 8_000, 10_000, 300_000));
  }

  private static Map<String, String> adaptive(
      long stabilization, long cooldown, long stabilizationExecuting, long wait) {
    return Map.of(
        JobManagerOptions.SCHEDULER.key(), "adaptive",
        AdaptiveSchedulerOptions.SUBMISSION_STABILIZATION_TIMEOUT.key(), millis(stabilization),
        AdaptiveSchedulerOptions.COOLDOWN.key(), millis(cooldown),
        AdaptiveSchedulerOptions.EXECUTING_STABILIZATION_TIMEOUT.key(),
            millis(stabilizationExecuting),
        AdaptiveSchedulerOptions.RESOURCE_WAIT_TIMEOUT.key(), millis(wait));
  }

  private static String millis(long millis) {
    return millis + " ms";
  }

  /** What is set in a run. */
  static Map<String, String> draw(Draw draw) {
    Map<String, String> settings = new LinkedHashMap<>();
    if (!draw.chance(ALL_DEFAULTS)) {
      for (Knob knob : ALL) {
        if (draw.chance(CHANGED)) {
          settings.putAll(draw.chance(0.5) ? knob.tiny() : knob.huge());
        }
      }
    }
    return settings;
  }
}
