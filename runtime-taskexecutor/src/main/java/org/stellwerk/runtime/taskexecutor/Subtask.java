package org.stellwerk.runtime.taskexecutor;

import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;

/** What the attempts of one subtask in one execution graph have in common. */
record Subtask(ExecutionGraphId graph, ExecutionVertexID vertex) {

  static Subtask of(ExecutionAttemptID attempt) {
    return new Subtask(attempt.executionGraphId(), attempt.executionVertexId());
  }
}
