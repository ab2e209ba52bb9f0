package org.stellwerk.runtime.executiongraph;

import java.util.Collection;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;

/** Which results of blocking edges were there, and are not any more. */
public interface LostResults {

  /** Whether the subtask has finished, but what it has left is gone. */
  boolean isLost(ExecutionVertexID producer);

  /** The subtasks of a vertex of which that is so. */
  Collection<ExecutionVertexID> lostOf(JobVertexID producer);
}
