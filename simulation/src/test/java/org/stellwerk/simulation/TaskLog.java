package org.stellwerk.simulation;

import java.util.ArrayList;
import java.util.List;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.messages.ExecutionState;

/** What befalls the tasks of a world, as their TaskExecutors see it: begun, cancelled, ended. */
final class TaskLog implements TransitionListener {

  private final List<ExecutionAttemptID> begun = new ArrayList<>();
  private final List<ExecutionAttemptID> cancelled = new ArrayList<>();
  private final List<ExecutionAttemptID> finished = new ArrayList<>();

  /** Notes what happens from now on. */
  static TaskLog of(SimWorld world) {
    TaskLog log = new TaskLog();
    world.addTransitionListener(log);
    return log;
  }

  @Override
  public void onTransition(SimNode node, String machine, Object id, Enum<?> from, Enum<?> to) {
    if (machine.equals(TransitionObserver.TASK) && id instanceof ExecutionAttemptID attempt) {
      if (to == ExecutionState.DEPLOYING) {
        begun.add(attempt);
      } else if (to == ExecutionState.CANCELING) {
        cancelled.add(attempt);
      } else if (to == ExecutionState.FINISHED) {
        finished.add(attempt);
      }
    }
  }

  /** The attempts that were begun, in that order. */
  List<ExecutionAttemptID> begun() {
    return List.copyOf(begun);
  }

  /** The attempts that did not end by themselves. */
  List<ExecutionAttemptID> cancelled() {
    return List.copyOf(cancelled);
  }

  List<ExecutionAttemptID> finished() {
    return List.copyOf(finished);
  }

  /** How often the subtask was begun. */
  long timesBegun(ExecutionVertexID subtask) {
    return begun.stream().filter(each -> each.executionVertexId().equals(subtask)).count();
  }
}
