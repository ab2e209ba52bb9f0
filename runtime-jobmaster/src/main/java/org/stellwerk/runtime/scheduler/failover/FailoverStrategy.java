package org.stellwerk.runtime.scheduler.failover;

import java.util.List;
import org.stellwerk.runtime.id.ExecutionVertexID;

/** Which subtasks are started again with one that failed. Stateless. */
public interface FailoverStrategy {

  /** Those subtasks, the failed one included, without repetition. */
  List<ExecutionVertexID> getTasksNeedingRestart(ExecutionVertexID failed);
}
