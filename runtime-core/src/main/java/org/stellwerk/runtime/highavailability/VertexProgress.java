package org.stellwerk.runtime.highavailability;

import java.util.Collections;
import java.util.List;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * How far the subtasks of one vertex have come. Immutable.
 *
 * @param attempts the newest attempt number of each subtask, by index; as many as the parallelism
 * @param finished the indexes of the subtasks that finished, ascending, each once
 */
public record VertexProgress(JobVertexID vertexId, List<Integer> attempts, List<Integer> finished) {

  public VertexProgress {
    attempts = List.copyOf(attempts);
    finished = List.copyOf(finished);
    for (int attempt : attempts) {
      if (attempt < 0) {
        throw new IllegalArgumentException(
            "Vertex " + vertexId + " has the attempt number " + attempt + "; expected at least 0");
      }
    }
    int previous = -1;
    for (int subtask : finished) {
      if (subtask <= previous || subtask >= attempts.size()) {
        throw new IllegalArgumentException(
            "Vertex %s has the finished subtask %d after %d; expected ascending ones below %d"
                .formatted(vertexId, subtask, previous, attempts.size()));
      }
      previous = subtask;
    }
  }

  /** The number of subtasks. */
  public int parallelism() {
    return attempts.size();
  }

  /** Whether the subtask finished. */
  public boolean isFinished(int subtask) {
    return Collections.binarySearch(finished, subtask) >= 0;
  }
}
