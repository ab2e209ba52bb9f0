package org.stellwerk.runtime.scheduler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.stellwerk.runtime.id.ExecutionVertexID;

/**
 * For jobs without blocking edges: what is to run is scheduled at once and as a whole. Their tasks
 * may run for ever, so that a part of them in too few slots would keep these for nothing.
 */
final class WholeSchedulingStrategy implements SchedulingStrategy {

  private final List<List<ExecutionVertexID>> startable = new ArrayList<>();

  @Override
  public void onCreated(Collection<ExecutionVertexID> subtasks) {
    startable.add(List.copyOf(subtasks));
  }

  @Override
  public void onFinished(ExecutionVertexID subtask) {
    // Nobody waits for that.
  }

  @Override
  public List<ExecutionVertexID> stillNeeded(
      Collection<ExecutionVertexID> lost, Predicate<ExecutionVertexID> isToRestart) {
    return List.of();
  }

  @Override
  public List<List<ExecutionVertexID>> takeStartable() {
    List<List<ExecutionVertexID>> taken = List.copyOf(startable);
    startable.clear();
    return taken;
  }
}
