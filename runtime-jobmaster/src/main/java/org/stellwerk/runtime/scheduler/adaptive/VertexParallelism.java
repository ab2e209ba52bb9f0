package org.stellwerk.runtime.scheduler.adaptive;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;

/**
 * How many subtasks each vertex of a job is to have.
 *
 * @param byVertex every vertex, in the order of the graph
 * @param slots how many slots that takes
 */
record VertexParallelism(Map<JobVertexID, Integer> byVertex, int slots) {

  VertexParallelism {
    byVertex = Collections.unmodifiableMap(new LinkedHashMap<>(byVertex));
  }

  /** What is stored of an earlier leader's graph; empty if that is not known of every vertex. */
  static Optional<VertexParallelism> of(JobGraph graph, List<VertexProgress> stored) {
    Map<JobVertexID, Integer> known = new LinkedHashMap<>();
    stored.forEach(vertex -> known.put(vertex.vertexId(), vertex.parallelism()));
    Map<JobVertexID, Integer> byVertex = new LinkedHashMap<>();
    Map<String, Integer> slots = new LinkedHashMap<>();
    for (JobVertex vertex : graph.vertices()) {
      Integer parallelism = known.get(vertex.id());
      if (parallelism == null || parallelism == 0) {
        return Optional.empty();
      }
      byVertex.put(vertex.id(), parallelism);
      slots.merge(vertex.slotSharing().group(), parallelism, Math::max);
    }
    return Optional.of(
        new VertexParallelism(byVertex, slots.values().stream().mapToInt(Integer::intValue).sum()));
  }

  /** The number of all subtasks. */
  int total() {
    return byVertex.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Whether the requirements allow it. */
  boolean isWithin(ParallelismChoice choice) {
    return byVertex.entrySet().stream().allMatch(e -> choice.allows(e.getKey(), e.getValue()));
  }

  /** "12 tasks in 4 slots": for people. */
  String describe() {
    return total() + " tasks in " + slots + " slots";
  }
}
