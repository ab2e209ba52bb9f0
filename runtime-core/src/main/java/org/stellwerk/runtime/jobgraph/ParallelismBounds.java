package org.stellwerk.runtime.jobgraph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;

/**
 * The bounds that hold for the vertices of a job graph. Vertices that forward edges connect have
 * one parallelism, directly or through others, so they have the bounds that all of them allow.
 * Immutable.
 */
public final class ParallelismBounds {

  private final Map<JobVertexID, VertexBounds> byVertex = new LinkedHashMap<>();
  private final Map<JobVertexID, List<JobVertex>> connected = new LinkedHashMap<>();

  private ParallelismBounds(
      List<JobVertex> vertices, List<JobEdge> edges, JobResourceRequirements requirements) {
    Map<JobVertexID, VertexBounds> said = new LinkedHashMap<>();
    requirements.vertices().forEach(each -> said.put(each.vertexId(), each));
    vertices.forEach(vertex -> connected.put(vertex.id(), new ArrayList<>(List.of(vertex))));
    for (JobEdge edge : edges) {
      if (edge.shipStrategy().isPointwise()) {
        join(connectedTo(edge.source()), connectedTo(edge.target()));
      }
    }
    vertices.forEach(vertex -> byVertex.put(vertex.id(), common(vertex, said)));
  }

  private void join(List<JobVertex> first, List<JobVertex> second) {
    if (first != second) {
      first.addAll(second);
      second.forEach(vertex -> connected.put(vertex.id(), first));
    }
  }

  private VertexBounds common(JobVertex vertex, Map<JobVertexID, VertexBounds> said) {
    List<JobVertex> group = connectedTo(vertex.id());
    int lower = 1;
    int upper = JobResourceRequirements.MAX_PARALLELISM;
    for (JobVertex each : group) {
      VertexBounds bounds = said.get(each.id());
      lower = Math.max(lower, bounds == null ? 1 : bounds.lowerBound());
      upper = Math.min(upper, bounds == null ? each.parallelism() : bounds.upperBound());
    }
    if (lower > upper) {
      throw new IllegalArgumentException(
          "The vertices "
              + group.stream().map(each -> "'" + each.name() + "'").toList()
              + " are connected by forward edges and need equal parallelism, but one has the lower"
              + " bound "
              + lower
              + " and one the upper bound "
              + upper);
    }
    return new VertexBounds(vertex.id(), lower, upper);
  }

  /** The bounds in a graph. */
  public static ParallelismBounds of(JobGraph graph) {
    return new ParallelismBounds(graph.vertices(), graph.edges(), graph.requirements());
  }

  /**
   * Checks that there is a parallelism that meets the bounds.
   *
   * @throws IllegalArgumentException with one line, if not
   */
  static void check(
      List<JobVertex> vertices, List<JobEdge> edges, JobResourceRequirements requirements) {
    if (!requirements.isEmpty()) {
      ParallelismBounds met = new ParallelismBounds(vertices, edges, requirements);
      vertices.forEach(vertex -> met.of(vertex.id()));
    }
  }

  /** All vertices that have the same parallelism as this one, itself included. */
  public List<JobVertex> connectedTo(JobVertexID vertexId) {
    List<JobVertex> same = connected.get(vertexId);
    if (same == null) {
      throw new IllegalArgumentException("There is no vertex " + vertexId);
    }
    return same;
  }

  /** Those of the vertex, which must be one of the graph. */
  public VertexBounds of(JobVertexID vertexId) {
    VertexBounds bounds = byVertex.get(vertexId);
    if (bounds == null) {
      throw new IllegalArgumentException("There is no vertex " + vertexId);
    }
    return bounds;
  }

  /** Those of all vertices, in the order of the graph. */
  public JobResourceRequirements asRequirements() {
    return new JobResourceRequirements(List.copyOf(byVertex.values()));
  }
}
