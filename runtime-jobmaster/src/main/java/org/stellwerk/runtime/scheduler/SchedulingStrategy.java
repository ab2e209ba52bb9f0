package org.stellwerk.runtime.scheduler;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.stellwerk.runtime.id.ExecutionVertexID;

/**
 * Decides which tasks of a job are scheduled together, and when. Component of the scheduler, in the
 * JobMaster's main thread; its state follows from that of the tasks.
 */
interface SchedulingStrategy {

  /** Tasks that are to run: those of a job that begins, or new attempts. */
  void onCreated(Collection<ExecutionVertexID> subtasks);

  /** A task has finished. */
  void onFinished(ExecutionVertexID subtask);

  /**
   * Of the results that are lost, those that a bundle waits for that is not deployed. What is
   * deployed fails by itself if it has not read all.
   *
   * @param isToRestart whether a task waits to be started again
   */
  List<ExecutionVertexID> stillNeeded(
      Collection<ExecutionVertexID> lost, Predicate<ExecutionVertexID> isToRestart);

  /** What can begin since the last call: in bundles, each of which gets its slots as a whole. */
  List<List<ExecutionVertexID>> takeStartable();
}
