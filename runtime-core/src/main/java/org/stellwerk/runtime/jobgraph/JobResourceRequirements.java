package org.stellwerk.runtime.jobgraph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * Between which bounds the parallelism of a job's vertices may be chosen, by a scheduler that does
 * so. Either names every vertex of the job or none; a job of which nothing is said takes each
 * vertex's parallelism as the upper bound, and 1 as the lower one.
 */
public record JobResourceRequirements(List<VertexBounds> vertices) {

  /** No vertex may have more subtasks than that. */
  public static final int MAX_PARALLELISM = 1 << 15;

  /** Nothing is said. */
  public static final JobResourceRequirements NONE = new JobResourceRequirements(List.of());

  public JobResourceRequirements {
    vertices = List.copyOf(vertices);
    Map<JobVertexID, VertexBounds> byId = new LinkedHashMap<>();
    for (VertexBounds each : vertices) {
      if (byId.put(each.vertexId(), each) != null) {
        throw new IllegalArgumentException("Vertex " + each.vertexId() + " is named twice");
      }
    }
  }

  /**
   * The bounds of one vertex, both inclusive.
   *
   * @param lowerBound at least 1
   * @param upperBound at most {@link #MAX_PARALLELISM}
   */
  public record VertexBounds(JobVertexID vertexId, int lowerBound, int upperBound) {
    public VertexBounds {
      if (lowerBound < 1) {
        throw refused(vertexId, "the lower bound " + lowerBound + " is below 1");
      }
      if (lowerBound > upperBound) {
        throw refused(
            vertexId, "the lower bound " + lowerBound + " is above the upper bound " + upperBound);
      }
      if (upperBound > MAX_PARALLELISM) {
        throw refused(vertexId, "the upper bound " + upperBound + " is above " + MAX_PARALLELISM);
      }
    }

    private static IllegalArgumentException refused(JobVertexID vertexId, String why) {
      return new IllegalArgumentException("Vertex " + vertexId + ": " + why);
    }
  }

  /** Whether nothing is said. */
  public boolean isEmpty() {
    return vertices.isEmpty();
  }

  /**
   * Checks that all vertices of a job are named, and no others.
   *
   * @throws IllegalArgumentException with one line, if not
   */
  void checkFits(List<JobVertex> job) {
    if (isEmpty()) {
      return;
    }
    Map<JobVertexID, VertexBounds> left = new LinkedHashMap<>();
    vertices.forEach(each -> left.put(each.vertexId(), each));
    for (JobVertex vertex : job) {
      if (left.remove(vertex.id()) == null) {
        throw new IllegalArgumentException(
            "Nothing is said about vertex " + vertex.id() + " ('" + vertex.name() + "')");
      }
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          "The job has no vertex " + left.keySet().iterator().next());
    }
  }
}
