package org.stellwerk.concurrent;

/** The executor of one component's main thread: what it runs never overlaps. */
public interface ComponentMainThreadExecutor extends ScheduledExecutor {

  /**
   * Checks that the caller runs in the main thread.
   *
   * @throws IllegalStateException if not; always checked, also in production
   */
  void assertRunningInMainThread();
}
