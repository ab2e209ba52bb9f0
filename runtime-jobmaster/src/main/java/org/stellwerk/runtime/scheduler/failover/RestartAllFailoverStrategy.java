package org.stellwerk.runtime.scheduler.failover;

import java.util.ArrayList;
import java.util.List;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;

/** Starts everything again. */
final class RestartAllFailoverStrategy implements FailoverStrategy {

  private final List<ExecutionVertexID> all;

  RestartAllFailoverStrategy(JobGraph graph) {
    List<ExecutionVertexID> ids = new ArrayList<>(graph.totalSubtasks());
    for (JobVertex vertex : graph.topologicallySorted()) {
      for (int index = 0; index < vertex.parallelism(); index++) {
        ids.add(new ExecutionVertexID(vertex.id(), index));
      }
    }
    all = List.copyOf(ids);
  }

  @Override
  public List<ExecutionVertexID> getTasksNeedingRestart(ExecutionVertexID failed) {
    return all;
  }
}
