package org.stellwerk.runtime.io;

import java.time.Duration;

/**
 * What a task does whose producer or consumer failed: it waits to be cancelled, because a report of
 * its own could arrive first and hide the root cause.
 */
final class PeerFailures {

  private PeerFailures() {}

  /**
   * Waits on the monitor, which the caller holds.
   *
   * @throws InterruptedException when the task is cancelled; returns only if the grace has passed
   */
  static void awaitCancellation(Object monitor, CancelScope scope, Duration grace)
      throws InterruptedException {
    long deadline = System.nanoTime() + grace.toNanos();
    while (true) {
      long leftMs = (deadline - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        return;
      }
      scope.await(monitor, leftMs);
    }
  }
}
