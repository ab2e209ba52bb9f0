package org.stellwerk.task;

/**
 * User code of one vertex; one instance per subtask, made with its public no-argument constructor
 * by the job's class loader and run in a thread of its own.
 */
public interface TaskInvokable {

  /**
   * Runs the subtask. Returning ends it: the consumers see the end of their input once all
   * producers have returned. Throwing fails the job with the exception as its root cause.
   *
   * <p>When the job is cancelled the thread is interrupted, and blocking calls of the environment's
   * readers and writers throw; an invokable that only computes should look at {@link
   * Environment#isCanceled()} now and then.
   */
  void invoke(Environment environment) throws Exception;

  /** Called from another thread when the task is to be cancelled; must not block. */
  default void cancel() {}
}
