package org.stellwerk.runtime.id;

import org.jspecify.annotations.Nullable;

/**
 * Names one attempt to run a subtask. Unique in the cluster: a job that starts afresh does so under
 * a new execution graph id.
 *
 * @param attemptNumber counted from 0, grows with each restart of the subtask
 */
public record ExecutionAttemptID(
    ExecutionGraphId executionGraphId, ExecutionVertexID executionVertexId, int attemptNumber)
    implements Comparable<ExecutionAttemptID> {

  /** The vertex that the subtask belongs to. */
  public JobVertexID jobVertexId() {
    return executionVertexId.jobVertexId();
  }

  /** The subtask's index, counted from 0. */
  public int subtaskIndex() {
    return executionVertexId.subtaskIndex();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ExecutionAttemptID that
        && attemptNumber == that.attemptNumber
        && executionVertexId.equals(that.executionVertexId)
        && executionGraphId.equals(that.executionGraphId);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * executionGraphId.hashCode() + executionVertexId.hashCode()) + attemptNumber;
  }

  @Override
  public int compareTo(ExecutionAttemptID other) {
    int byGraph = executionGraphId.compareTo(other.executionGraphId);
    if (byGraph != 0) {
      return byGraph;
    }
    int byVertex = executionVertexId.compareTo(other.executionVertexId);
    return byVertex != 0 ? byVertex : Integer.compare(attemptNumber, other.attemptNumber);
  }

  @Override
  public String toString() {
    return executionGraphId + "_" + executionVertexId + "_" + attemptNumber;
  }
}
