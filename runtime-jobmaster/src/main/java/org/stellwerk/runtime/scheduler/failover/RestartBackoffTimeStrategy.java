package org.stellwerk.runtime.scheduler.failover;

import java.time.Duration;
import java.util.List;

/**
 * When tasks are started again after a failure, if at all. Counts incidents: failures that have one
 * cause, such as the loss of a TaskExecutor with many tasks, are one. Belongs to one job; what it
 * remembers goes from leader to leader. Decides from what it is told, and has no clock of its own.
 */
public interface RestartBackoffTimeStrategy {

  /** What follows an incident. */
  sealed interface Decision {}

  /** The tasks are started again after the delay. */
  record RestartAfter(Duration delay) implements Decision {}

  /**
   * The job fails.
   *
   * @param why for people, with the configuration key that set the bound
   */
  record GiveUp(String why) implements Decision {}

  /**
   * Something failed, and no restart that includes it is under way.
   *
   * @param taskManagerLost whether the cause is the loss of a TaskExecutor, and not the task's own
   * @param nowMs a monotonic time in milliseconds
   */
  Decision notifyFailure(boolean taskManagerLost, long nowMs);

  /**
   * Tasks have to go elsewhere because somebody wants their TaskExecutor to end. That is no
   * failure: they are started again at once, however many restarts there were, and it counts for
   * nothing.
   */
  default Decision onIntendedEnd() {
    return new RestartAfter(Duration.ZERO);
  }

  /**
   * What a strategy of the same kind has to know to go on from here, for {@link #restore}.
   *
   * @param nowMs a monotonic time in milliseconds
   */
  default List<Long> save(long nowMs) {
    return List.of();
  }

  /**
   * Goes on from where another one was. What a strategy of another kind has saved is ignored.
   *
   * @param elapsedMs how long ago it was saved
   * @param nowMs a monotonic time in milliseconds, which may have another origin
   */
  default void restore(List<Long> saved, long elapsedMs, long nowMs) {}
}
