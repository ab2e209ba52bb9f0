package org.stellwerk.runtime.highavailability;

import java.util.Collections;
import java.util.List;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * How far the subtasks of one vertex have come. Immutable.
 *
 * @param attempts the newest attempt number of each subtask, by index; as many as the parallelism
 * @param finished the indexes of the subtasks that finished, ascending, each once
 * @param places where each subtask runs, as an index into {@link JobProgress#taskManagers}, or -1;
 *     empty if that is not known
 */
public record VertexProgress(
    JobVertexID vertexId, List<Integer> attempts, List<Integer> finished, List<Integer> places) {

  public VertexProgress {
    attempts = List.copyOf(attempts);
    finished = List.copyOf(finished);
    places = List.copyOf(places);
    if (!places.isEmpty() && places.size() != attempts.size()) {
      throw new IllegalArgumentException(
          "Vertex %s has %d places and %d attempts"
              .formatted(vertexId, places.size(), attempts.size()));
    }
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

  /** Subtasks that run nobody knows where. */
  public VertexProgress(JobVertexID vertexId, List<Integer> attempts, List<Integer> finished) {
    this(vertexId, attempts, finished, List.of());
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
