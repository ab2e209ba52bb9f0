package org.stellwerk.runtime.scheduler.failover;

import java.util.List;
import org.stellwerk.runtime.id.ExecutionVertexID;

/** Starts the failed subtask's region again and leaves all others running. */
final class RestartPipelinedRegionFailoverStrategy implements FailoverStrategy {

  private final PipelinedRegions regions;

  RestartPipelinedRegionFailoverStrategy(PipelinedRegions regions) {
    this.regions = regions;
  }

  @Override
  public List<ExecutionVertexID> getTasksNeedingRestart(ExecutionVertexID failed) {
    return regions.regionOf(failed);
  }
}
