package org.stellwerk.runtime.taskexecutor;

import org.stellwerk.runtime.messages.IOMetrics;

/**
 * What happens to one attempt below the {@link TaskRunner}. Called from the runner's threads, one
 * at a time, in this order: onInitializing, onRunning, then exactly one of the three ends. Each of
 * the first two may be left out. An end means that the task's thread has ended and its channels are
 * closed: the slot may be used again. Calls return at once and never throw.
 */
public interface TaskEvents {

  /** Class loader and channels are there; user code is about to be set up. */
  void onInitializing();

  /** User code runs. */
  void onRunning();

  /**
   * The attempt must fail, for a reason that its thread may not know or may ignore: it is to be
   * cancelled, and to be FAILED whatever its end. From any thread, any number of times.
   */
  void onFailing(Throwable cause);

  /** User code returned and all output has left; also when a cancellation came too late. */
  void onFinished(IOMetrics metrics);

  /** The attempt failed by itself, before or in user code. */
  void onFailed(Throwable cause, IOMetrics metrics);

  /** The attempt ended because of {@link TaskHandle#cancel()}, however its code took it. */
  void onCanceled(IOMetrics metrics);
}
