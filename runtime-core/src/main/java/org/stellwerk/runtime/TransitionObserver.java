package org.stellwerk.runtime;

/**
 * Hears of every transition of every state machine of a process, from the one method that makes it.
 * For the simulator, which draws, counts and checks them; in production nobody listens, and a call
 * costs no more than itself.
 *
 * <p>Called in the machine's own main thread, after its state has changed and before anything
 * follows from it. An observer only takes note: it neither throws nor calls back.
 */
@FunctionalInterface
public interface TransitionObserver {

  /** A job in one leader session; its id is a JobID, its states are JobStatus. */
  String JOB = "job";

  /** What an adaptive job does at present; its id is a JobID, its states are AdaptiveState. */
  String ADAPTIVE_JOB = "adaptive job";

  /** An attempt, as its JobMaster sees it; ExecutionAttemptID, ExecutionState. */
  String EXECUTION = "execution";

  /** An attempt, as its TaskExecutor sees it; ExecutionAttemptID, ExecutionState. */
  String TASK = "task";

  /** A slot, as its TaskExecutor sees it; SlotID. */
  String TASK_SLOT = "task slot";

  /** A slot, as the ResourceManager sees it; SlotID. */
  String MANAGED_SLOT = "managed slot";

  /** A leader session of a JobManager process; the session's UUID. */
  String LEADER_SESSION = "leader session";

  /** Whether a TaskExecutor gives slots and takes tasks; its ResourceID, Availability.Mode. */
  String AVAILABILITY = "availability";

  /** What a TaskExecutor does with a job whose JobMaster has ended; JobID, LeaseState. */
  String JOB_LEASE = "job lease";

  /** Nobody listens. */
  TransitionObserver NONE = (machine, id, from, to) -> {};

  /**
   * Something has changed its state.
   *
   * @param machine one of the constants above
   * @param id of what has changed
   * @param from the former state
   * @param to the new state; the same as before if, say, a slot passes from one job to the next
   */
  void onTransition(String machine, Object id, Enum<?> from, Enum<?> to);
}
