package org.stellwerk.simulation.check;

import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;

/** What attempts are attempts of, whichever leader's execution graph they belong to. */
record Subtask(JobID jobId, ExecutionVertexID vertex) {

  static Subtask of(JobID jobId, ExecutionAttemptID attempt) {
    return new Subtask(jobId, attempt.executionVertexId());
  }
}
