package org.stellwerk.runtime.scheduler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.executiongraph.FinishedResults;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.scheduler.failover.PipelinedRegions;
import org.stellwerk.runtime.scheduler.failover.PipelinedRegions.BlockingInput;
import org.stellwerk.runtime.scheduler.failover.PipelinedRegions.Region;

/**
 * For jobs with blocking edges: a region begins when all that it reads on these is there. Each gets
 * its slots by itself, so that regions run one after the other where there are too few slots for
 * all at once.
 *
 * <p>A finished task is looked at once for each region that may have waited for it as the last one,
 * so that the cost is linear in subtasks, whatever an edge connects.
 */
final class PipelinedRegionSchedulingStrategy implements SchedulingStrategy {

  private final ExecutionGraph graph;
  private final FinishedResults results;
  private final PipelinedRegions regions;
  private final Set<Region> candidates = new LinkedHashSet<>();

  /** Nothing can begin yet. */
  PipelinedRegionSchedulingStrategy(ExecutionGraph graph, PipelinedRegions regions) {
    this.graph = graph;
    this.results = graph.getResults();
    this.regions = regions;
  }

  @Override
  public void onCreated(Collection<ExecutionVertexID> subtasks) {
    subtasks.forEach(subtask -> candidates.add(regions.regionOf(subtask)));
  }

  @Override
  public void onFinished(ExecutionVertexID subtask) {
    for (JobEdge edge : regions.blockingOutputsOf(subtask.jobVertexId())) {
      if (edge.shipStrategy().isPointwise() || results.isComplete(subtask.jobVertexId())) {
        candidates.addAll(regions.consumersOf(subtask, edge));
      }
    }
  }

  @Override
  public List<ExecutionVertexID> stillNeeded(
      Collection<ExecutionVertexID> lost, Predicate<ExecutionVertexID> isToRestart) {
    Map<JobEdge, Boolean> wide = new LinkedHashMap<>();
    Predicate<Region> waits =
        region ->
            isToRestart.test(region.subtasks().get(0))
                || isIn(region, ExecutionState.CREATED)
                || isIn(region, ExecutionState.SCHEDULED);
    List<ExecutionVertexID> needed = new ArrayList<>();
    for (ExecutionVertexID subtask : lost) {
      for (JobEdge edge : regions.blockingOutputsOf(subtask.jobVertexId())) {
        Supplier<Boolean> asked = () -> regions.consumersOf(subtask, edge).stream().anyMatch(waits);
        if (edge.shipStrategy().isPointwise()
            ? asked.get()
            : wide.computeIfAbsent(edge, ignored -> asked.get())) {
          needed.add(subtask);
          break;
        }
      }
    }
    return needed;
  }

  @Override
  public List<List<ExecutionVertexID>> takeStartable() {
    List<List<ExecutionVertexID>> startable = new ArrayList<>();
    for (Region region : candidates) {
      if (isIn(region, ExecutionState.CREATED)
          && region.inputs().stream().allMatch(this::isThere)) {
        startable.add(region.subtasks());
      }
    }
    candidates.clear();
    return startable;
  }

  /** Tasks of a region have always come into being, and been scheduled, together. */
  private boolean isIn(Region region, ExecutionState state) {
    ExecutionVertexID any = region.subtasks().get(0);
    return graph.getVertex(any).getCurrentExecution().getState() == state;
  }

  private boolean isThere(BlockingInput input) {
    return input.subtask() == BlockingInput.ALL
        ? results.isComplete(input.producer())
        : results.isAvailable(new ExecutionVertexID(input.producer(), input.subtask()));
  }
}
