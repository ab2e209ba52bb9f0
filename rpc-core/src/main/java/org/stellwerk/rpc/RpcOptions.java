package org.stellwerk.rpc;

import java.time.Duration;
import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/** Options of the RPC layer, under the keys of Flink releases on Akka. */
public final class RpcOptions {

  public static final ConfigOption<Duration> ASK_TIMEOUT =
      ConfigOption.duration(
          "akka.ask.timeout",
          Duration.ofSeconds(10),
          "How long a call waits for its answer where the caller names no timeout.");

  public static final ConfigOption<Boolean> CAPTURE_ASK_CALLSTACK =
      ConfigOption.bool(
          "akka.ask.callstack",
          true,
          "Whether a call that timed out shows the stack of its caller.");

  public static final ConfigOption<Long> FRAMESIZE =
      ConfigOption.memorySize(
          "akka.framesize", 10L << 20, "The largest message between processes, in bytes.");

  public static final ConfigOption<Duration> LOOKUP_TIMEOUT =
      ConfigOption.duration(
          "akka.lookup.timeout",
          Duration.ofSeconds(10),
          "How long connecting to an endpoint may take.");

  public static final ConfigOption<Duration> TCP_TIMEOUT =
      ConfigOption.duration(
          "akka.tcp.timeout",
          Duration.ofSeconds(5),
          "How long an outbound TCP connection may take to be made.");

  public static final ConfigOption<Integer> THROUGHPUT =
      ConfigOption.integer(
          "akka.throughput",
          15,
          "How many messages an endpoint processes before its thread turns to another one.");

  private RpcOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(
        ASK_TIMEOUT, CAPTURE_ASK_CALLSTACK, FRAMESIZE, LOOKUP_TIMEOUT, TCP_TIMEOUT, THROUGHPUT);
  }
}
