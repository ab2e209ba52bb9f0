package org.stellwerk.simulation.check;

import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;

/** What attempts are attempts of: a subtask in one execution graph. */
record Subtask(ExecutionGraphId graph, ExecutionVertexID vertex) {

  static Subtask of(ExecutionAttemptID attempt) {
    return new Subtask(attempt.executionGraphId(), attempt.executionVertexId());
  }
}
