package org.stellwerk.runtime.options;

import java.time.Duration;
import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/** Options of the REST endpoint. */
public final class RestOptions {

  public static final ConfigOption<String> ADDRESS =
      ConfigOption.string(
          "rest.address",
          null,
          "The host under which clients reach the REST endpoint; by default jobmanager.rpc.address.");

  public static final ConfigOption<Integer> PORT =
      ConfigOption.integer("rest.port", 8081, "The port of the REST endpoint.");

  public static final ConfigOption<String> BIND_ADDRESS =
      ConfigOption.string(
          "rest.bind-address",
          null,
          "The interface that the REST endpoint listens on; by default its address.");

  public static final ConfigOption<String> BIND_PORT =
      ConfigOption.string(
          "rest.bind-port",
          null,
          "The port, or ranges of ports, that the REST endpoint listens on; by default its port.");

  public static final ConfigOption<Duration> AWAIT_LEADER_TIMEOUT =
      ConfigOption.duration(
          "rest.await-leader-timeout",
          Duration.ofSeconds(30),
          "How long a request waits for a leader.");

  public static final ConfigOption<Long> MAX_CONTENT_LENGTH =
      ConfigOption.memorySize(
          "rest.server.max-content-length",
          1L << 30,
          "The largest request body, in bytes; jars are uploaded in one.");

  public static final ConfigOption<String> ACCESS_CONTROL_ALLOW_ORIGIN =
      ConfigOption.string(
          "web.access-control-allow-origin",
          "*",
          "The origin whose pages may read the REST endpoint's answers; * for any.");

  private RestOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(
        ADDRESS,
        PORT,
        BIND_ADDRESS,
        BIND_PORT,
        AWAIT_LEADER_TIMEOUT,
        MAX_CONTENT_LENGTH,
        ACCESS_CONTROL_ALLOW_ORIGIN);
  }
}
