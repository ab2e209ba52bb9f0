package org.stellwerk.runtime.heartbeat;

import java.time.Duration;

/**
 * When to beat and when to give up.
 *
 * @param interval between two beats
 * @param timeout of silence after which a peer is gone
 * @param failedRpcThreshold undeliverable beats in a row after which a peer is gone; -1 for never
 */
public record HeartbeatConfig(Duration interval, Duration timeout, int failedRpcThreshold) {

  public HeartbeatConfig {
    if (interval.isNegative() || interval.isZero() || timeout.compareTo(interval) <= 0) {
      throw new IllegalArgumentException(
          "heartbeat.interval ("
              + interval.toMillis()
              + " ms) must be positive and less than heartbeat.timeout ("
              + timeout.toMillis()
              + " ms)");
    }
  }
}
