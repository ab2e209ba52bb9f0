package org.stellwerk.runtime.io;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether one task is to end. Every blocking call of the task's readers and writers waits here, so
 * that a cancellation wakes just the thread that waits, and not each channel of a wide task.
 * Thread-safe.
 */
final class CancelScope {

  private volatile boolean canceled;

  /** What is waited on; more than one only if user code reads and writes in several threads. */
  private final List<Object> monitors = new ArrayList<>(1);

  /** Makes whoever waits here, or is about to, throw. */
  void cancel() {
    List<Object> waited;
    synchronized (monitors) {
      canceled = true;
      waited = List.copyOf(monitors);
    }
    for (Object monitor : waited) {
      synchronized (monitor) {
        monitor.notifyAll();
      }
    }
  }

  /**
   * Waits on a monitor, which the caller holds, until somebody notifies it, the task is cancelled
   * or the time has passed. Like {@link Object#wait()}, to be called in a loop.
   *
   * @param timeoutMs 0 for any time
   * @throws InterruptedException also if the task is cancelled already
   */
  @SuppressWarnings("WaitNotInLoop") // the loop is the caller's
  void await(Object monitor, long timeoutMs) throws InterruptedException {
    synchronized (monitors) {
      check();
      monitors.add(monitor);
    }
    try {
      monitor.wait(timeoutMs);
    } finally {
      synchronized (monitors) {
        monitors.remove(monitor);
      }
    }
  }

  boolean isCanceled() {
    return canceled;
  }

  void check() throws InterruptedException {
    if (canceled) {
      throw new InterruptedException("The task was cancelled");
    }
  }
}
