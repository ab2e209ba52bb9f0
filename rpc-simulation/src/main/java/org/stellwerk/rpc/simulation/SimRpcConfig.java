package org.stellwerk.rpc.simulation;

import java.time.Duration;
import org.stellwerk.rpc.RpcOptions;

/**
 * How the services of a {@link SimNetwork} behave.
 *
 * @param askTimeout how long a call without an own timeout waits
 * @param lookupTimeout how long connecting may take
 * @param maxMessageBytes the largest call or result between nodes
 * @param captureCallStack whether a timeout shows its caller's stack
 * @param latencies how long things take
 */
public record SimRpcConfig(
    Duration askTimeout,
    Duration lookupTimeout,
    long maxMessageBytes,
    boolean captureCallStack,
    Latencies latencies) {

  /**
   * How long things take.
   *
   * @param network from node to node
   * @param mailbox from a message's arrival until an idle endpoint processes it
   * @param processing how long an endpoint is busy with one message
   * @param io a task of the I/O executor
   */
  public record Latencies(
      SimLatency network, SimLatency mailbox, SimLatency processing, SimLatency io) {

    /** A calm network in one data centre. */
    public static Latencies calm() {
      return new Latencies(
          SimLatency.uniform(Duration.ofNanos(50_000), Duration.ofNanos(500_000)),
          SimLatency.uniform(Duration.ofNanos(1_000), Duration.ofNanos(20_000)),
          SimLatency.uniform(Duration.ofNanos(1_000), Duration.ofNanos(50_000)),
          SimLatency.uniform(Duration.ofNanos(100_000), Duration.ofMillis(3)));
    }

    /**
     * A busy one: the network and I/O are sometimes 100 times slower, endpoints are busy for up to
     * 200 µs with a message and once in 500 for up to 100 ms.
     */
    public static Latencies busy() {
      return new Latencies(
          SimLatency.frequentLarge(
              Duration.ofNanos(50_000), Duration.ofMillis(1), Duration.ofMillis(100), 0.05),
          SimLatency.uniform(Duration.ofNanos(1_000), Duration.ofNanos(50_000)),
          SimLatency.frequentLarge(
              Duration.ZERO, Duration.ofNanos(200_000), Duration.ofMillis(100), 0.002),
          SimLatency.frequentLarge(
              Duration.ofNanos(100_000), Duration.ofMillis(5), Duration.ofMillis(500), 0.02));
    }
  }

  /** The product's defaults on a calm network. */
  public static SimRpcConfig defaults() {
    return new SimRpcConfig(
        RpcOptions.ASK_TIMEOUT.defaultIfAny().orElseThrow(),
        RpcOptions.LOOKUP_TIMEOUT.defaultIfAny().orElseThrow(),
        RpcOptions.FRAMESIZE.defaultIfAny().orElseThrow(),
        true,
        Latencies.calm());
  }

  /** With another ask timeout. */
  public SimRpcConfig withAskTimeout(Duration timeout) {
    return new SimRpcConfig(timeout, lookupTimeout, maxMessageBytes, captureCallStack, latencies);
  }

  /** With another largest message. */
  public SimRpcConfig withMaxMessageBytes(long bytes) {
    return new SimRpcConfig(askTimeout, lookupTimeout, bytes, captureCallStack, latencies);
  }

  /** With other latencies. */
  public SimRpcConfig withLatencies(Latencies newLatencies) {
    return new SimRpcConfig(
        askTimeout, lookupTimeout, maxMessageBytes, captureCallStack, newLatencies);
  }

  /** Without the caller's stack in timeouts: saves time in long simulations. */
  public SimRpcConfig withoutCallStacks() {
    return new SimRpcConfig(askTimeout, lookupTimeout, maxMessageBytes, false, latencies);
  }
}
