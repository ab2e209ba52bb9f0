package org.stellwerk.runtime.scheduler.failover;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;

/**
 * The subtasks of a job in groups that exchange records while they run, directly or through others
 * (FLIP-1): what fails together and is started together. Made once per job in time and space linear
 * in vertices, edges and subtasks, whatever an edge connects. Immutable.
 */
public final class PipelinedRegions {

  private final Map<JobVertexID, Integer> offsets = new LinkedHashMap<>();
  private final int[] parent;
  private final Map<Integer, List<ExecutionVertexID>> byRoot = new LinkedHashMap<>();

  private PipelinedRegions(JobGraph graph) {
    int subtasks = 0;
    for (JobVertex vertex : graph.vertices()) {
      offsets.put(vertex.id(), subtasks);
      subtasks += vertex.parallelism();
    }
    parent = new int[subtasks];
    for (int i = 0; i < subtasks; i++) {
      parent[i] = i;
    }
    graph.edges().forEach(edge -> join(graph, edge));
    for (JobVertex vertex : graph.vertices()) {
      for (int index = 0; index < vertex.parallelism(); index++) {
        ExecutionVertexID id = new ExecutionVertexID(vertex.id(), index);
        byRoot.computeIfAbsent(rootOf(id), ignored -> new ArrayList<>()).add(id);
      }
    }
  }

  /** The regions of a job. */
  public static PipelinedRegions of(JobGraph graph) {
    return new PipelinedRegions(graph);
  }

  private void join(JobGraph graph, JobEdge edge) {
    int source = offsetOf(edge.source());
    int target = offsetOf(edge.target());
    int targets = graph.vertex(edge.target()).parallelism();
    if (edge.shipStrategy().isPointwise()) {
      for (int index = 0; index < targets; index++) {
        union(source + index, target + index);
      }
      return;
    }
    int sources = graph.vertex(edge.source()).parallelism();
    for (int index = 0; index < targets; index++) {
      union(source, target + index);
    }
    for (int index = 1; index < sources; index++) {
      union(source + index, target);
    }
  }

  private int offsetOf(JobVertexID id) {
    Integer offset = offsets.get(id);
    if (offset == null) {
      throw new IllegalArgumentException("Vertex " + id + " is none of the job's");
    }
    return offset;
  }

  private void union(int one, int other) {
    int first = find(one);
    int second = find(other);
    // The smaller index leads, so that the order of regions is that of their first subtasks.
    parent[Math.max(first, second)] = Math.min(first, second);
  }

  private int find(int element) {
    int root = element;
    while (parent[root] != root) {
      root = parent[root];
    }
    int current = element;
    while (parent[current] != root) {
      int next = parent[current];
      parent[current] = root;
      current = next;
    }
    return root;
  }

  private int rootOf(ExecutionVertexID id) {
    return find(offsetOf(id.jobVertexId()) + id.subtaskIndex());
  }

  /** All subtasks of the region that the subtask is in, itself included. */
  public List<ExecutionVertexID> regionOf(ExecutionVertexID id) {
    List<ExecutionVertexID> region = byRoot.get(rootOf(id));
    if (region == null) {
      throw new IllegalStateException("Subtask " + id + " is in no region");
    }
    return region;
  }

  /** How many regions there are. */
  public int count() {
    return byRoot.size();
  }
}
