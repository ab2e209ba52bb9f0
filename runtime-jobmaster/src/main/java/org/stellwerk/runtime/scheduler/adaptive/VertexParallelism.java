package org.stellwerk.runtime.scheduler.adaptive;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.stellwerk.runtime.id.JobVertexID;

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
