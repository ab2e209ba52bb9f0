package org.stellwerk.runtime.options;

import java.time.Duration;
import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/** Options of heartbeats. */
public final class HeartbeatOptions {

  public static final ConfigOption<Duration> INTERVAL =
      ConfigOption.duration(
          "heartbeat.interval", Duration.ofSeconds(1), "The time between two heartbeats.");

  public static final ConfigOption<Duration> TIMEOUT =
      ConfigOption.duration(
          "heartbeat.timeout",
          Duration.ofSeconds(15),
          "The silence after which a peer counts as gone.");

  public static final ConfigOption<Integer> RPC_FAILURE_THRESHOLD =
      ConfigOption.integer(
          "heartbeat.rpc-failure-threshold",
          2,
          "How many heartbeats in a row may be undeliverable before the peer counts as gone; -1 for any number.");

  private HeartbeatOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(INTERVAL, TIMEOUT, RPC_FAILURE_THRESHOLD);
  }
}
