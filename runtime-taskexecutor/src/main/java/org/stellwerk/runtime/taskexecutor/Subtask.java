package org.stellwerk.runtime.taskexecutor;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;

/** What the attempts of one subtask have in common, whichever leader session made them. */
record Subtask(JobID job, ExecutionVertexID vertex) {

  static Subtask of(JobID job, ExecutionAttemptID attempt) {
    return new Subtask(job, attempt.executionVertexId());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Subtask that && vertex.equals(that.vertex) && job.equals(that.job);
  }

  @Override
  public int hashCode() {
    return 31 * job.hashCode() + vertex.hashCode();
  }
}
