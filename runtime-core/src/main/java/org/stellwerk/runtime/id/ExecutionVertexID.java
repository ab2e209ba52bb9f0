package org.stellwerk.runtime.id;

/** Names a subtask of a job, across its attempts. */
public record ExecutionVertexID(JobVertexID jobVertexId, int subtaskIndex)
    implements Comparable<ExecutionVertexID> {

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
