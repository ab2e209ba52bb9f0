package org.stellwerk.runtime.id;

import org.jspecify.annotations.Nullable;

/** Names a subtask of a job, across its attempts. */
public record ExecutionVertexID(JobVertexID jobVertexId, int subtaskIndex)
    implements Comparable<ExecutionVertexID> {

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ExecutionVertexID that
        && subtaskIndex == that.subtaskIndex
        && jobVertexId.equals(that.jobVertexId);
  }

  @Override
  public int hashCode() {
    return 31 * jobVertexId.hashCode() + subtaskIndex;
  }

  @Override
  public int compareTo(ExecutionVertexID other) {
    int byVertex = jobVertexId.compareTo(other.jobVertexId);
    return byVertex != 0 ? byVertex : Integer.compare(subtaskIndex, other.subtaskIndex);
  }

  @Override
  public String toString() {
    return jobVertexId + "_" + subtaskIndex;
  }
}
