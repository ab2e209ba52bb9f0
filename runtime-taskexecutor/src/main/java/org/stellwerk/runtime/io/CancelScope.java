package org.stellwerk.runtime.io;

/**
 * Whether one task is to end. Every blocking call of the task's readers and writers looks here
 * before it waits and after each wake-up. Thread-safe.
 */
final class CancelScope {

  private volatile boolean canceled;

  void cancel() {
    canceled = true;
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
