package org.stellwerk.runtime.taskexecutor;

import org.stellwerk.runtime.messages.IOMetrics;

/**
 * One attempt as its {@link TaskRunner} knows it. Every method may be called at any time, also
 * after the end, and returns at once.
 */
public interface TaskHandle {

  /**
   * Asks the task to end: its channels fail, user code is told. Answered later by one of the ends
   * of {@link TaskEvents}. Repetitions do nothing.
   */
  void cancel();

  /** Interrupts the task's thread, if there is one. */
  void interrupt();

  /** Where the task's thread is now, one frame per line; empty if it has none. */
  String stackTrace();

  /** What the attempt has read and written so far. */
  IOMetrics metrics();
}
