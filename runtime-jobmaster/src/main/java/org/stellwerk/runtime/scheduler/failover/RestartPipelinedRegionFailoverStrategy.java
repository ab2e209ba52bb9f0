package org.stellwerk.runtime.scheduler.failover;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.stellwerk.runtime.executiongraph.LostResults;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.scheduler.failover.PipelinedRegions.BlockingInput;
import org.stellwerk.runtime.scheduler.failover.PipelinedRegions.Region;

/**
 * Starts the failed subtask's region again; with it the regions whose finished results it reads but
 * which are gone, and those that read from a region that is started again, as they must not mix
 * records of two attempts; and so on. All others go on.
 */
final class RestartPipelinedRegionFailoverStrategy implements FailoverStrategy {

  private final PipelinedRegions regions;
  private final LostResults results;

  RestartPipelinedRegionFailoverStrategy(PipelinedRegions regions, LostResults results) {
    this.regions = regions;
    this.results = results;
  }

  @Override
  public List<ExecutionVertexID> getTasksNeedingRestart(ExecutionVertexID failed) {
    Search search = new Search();
    search.add(regions.regionOf(failed));
    return search.run();
  }

  /** Looks at each region once, and at each all-to-all edge once in either direction. */
  private final class Search {

    private final Set<Region> found = new LinkedHashSet<>();
    private final Deque<Region> open = new ArrayDeque<>();
    private final Set<BlockingInput> inputs = new LinkedHashSet<>();
    private final Set<JobEdge> wideOutputs = new LinkedHashSet<>();

    void add(Region region) {
      if (found.add(region)) {
        open.add(region);
      }
    }

    List<ExecutionVertexID> run() {
      while (!open.isEmpty()) {
        Region region = open.remove();
        region.inputs().stream().filter(inputs::add).forEach(this::addMissingProducers);
        region.subtasks().forEach(this::addConsumers);
      }
      List<ExecutionVertexID> tasks = new ArrayList<>();
      found.forEach(region -> tasks.addAll(region.subtasks()));
      return tasks;
    }

    private void addMissingProducers(BlockingInput input) {
      missing(input).forEach(producer -> add(regions.regionOf(producer)));
    }

    private Collection<ExecutionVertexID> missing(BlockingInput input) {
      if (input.subtask() == BlockingInput.ALL) {
        return results.lostOf(input.producer());
      }
      ExecutionVertexID producer = new ExecutionVertexID(input.producer(), input.subtask());
      return results.isLost(producer) ? List.of(producer) : List.of();
    }

    private void addConsumers(ExecutionVertexID subtask) {
      for (JobEdge edge : regions.blockingOutputsOf(subtask.jobVertexId())) {
        if (edge.shipStrategy().isPointwise() || wideOutputs.add(edge)) {
          regions.consumersOf(subtask, edge).forEach(this::add);
        }
      }
    }
  }
}
