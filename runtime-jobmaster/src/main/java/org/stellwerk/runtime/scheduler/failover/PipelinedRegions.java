package org.stellwerk.runtime.scheduler.failover;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;

/**
 * The subtasks of a job in groups that exchange records while they run, directly or through others
 * (FLIP-1), or are co-located: what fails together and is started together. Blocking edges connect
 * regions, but do not join them. Made once per job in time and space linear in vertices, edges and
 * subtasks, whatever an edge connects. Immutable.
 */
public final class PipelinedRegions {

  /**
   * A region.
   *
   * @param subtasks producers before their consumers
   * @param inputs what must be complete before it begins, each once
   */
  public record Region(List<ExecutionVertexID> subtasks, List<BlockingInput> inputs) {

    /** Regions are told apart by what they are made of, and found by one subtask of it. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Region that && subtasks.get(0).equals(that.subtasks.get(0));
    }

    @Override
    public int hashCode() {
      return subtasks.get(0).hashCode();
    }
  }

  /**
   * What a region reads once it is finished: one subtask of a vertex, or all of them.
   *
   * @param subtask {@link #ALL}, or the index of the one
   */
  public record BlockingInput(JobVertexID producer, int subtask) {

    /** All subtasks of the producer. */
    public static final int ALL = -1;
  }

  private final Map<JobVertexID, Integer> offsets = new LinkedHashMap<>();
  private final Map<JobVertexID, List<JobEdge>> blockingOutputs = new LinkedHashMap<>();
  private final Map<JobVertexID, Set<Region>> byVertex = new LinkedHashMap<>();
  private final Map<Integer, Region> byRoot = new LinkedHashMap<>();
  private final int[] parent;

  private PipelinedRegions(JobGraph graph) {
    List<JobVertex> vertices = graph.topologicallySorted();
    int subtasks = 0;
    for (JobVertex vertex : vertices) {
      offsets.put(vertex.id(), subtasks);
      subtasks += vertex.parallelism();
    }
    parent = new int[subtasks];
    for (int i = 0; i < subtasks; i++) {
      parent[i] = i;
    }
    for (JobEdge edge : graph.edges()) {
      if (edge.resultType().isBlocking()) {
        blockingOutputs.computeIfAbsent(edge.source(), ignored -> new ArrayList<>()).add(edge);
      } else {
        join(graph, edge);
      }
    }
    if (blockingOutputs.isEmpty()) {
      joinCoLocated(vertices);
    }
    collect(graph, vertices);
  }

  /** The regions of a job. */
  public static PipelinedRegions of(JobGraph graph) {
    return new PipelinedRegions(graph);
  }

  private void collect(JobGraph graph, List<JobVertex> vertices) {
    Map<Integer, List<ExecutionVertexID>> members = new LinkedHashMap<>();
    Map<Integer, Set<BlockingInput>> inputs = new LinkedHashMap<>();
    for (JobVertex vertex : vertices) {
      List<JobEdge> blocking =
          graph.inputsOf(vertex.id()).stream()
              .filter(edge -> edge.resultType().isBlocking())
              .toList();
      for (int index = 0; index < vertex.parallelism(); index++) {
        ExecutionVertexID id = new ExecutionVertexID(vertex.id(), index);
        int root = rootOf(id);
        members.computeIfAbsent(root, ignored -> new ArrayList<>()).add(id);
        for (JobEdge edge : blocking) {
          inputs
              .computeIfAbsent(root, ignored -> new LinkedHashSet<>())
              .add(
                  new BlockingInput(
                      edge.source(),
                      edge.shipStrategy().isPointwise() ? index : BlockingInput.ALL));
        }
      }
    }
    members.forEach(
        (root, subtasks) -> {
          List<BlockingInput> reads = List.copyOf(inputs.getOrDefault(root, Set.of()));
          Region region = new Region(List.copyOf(subtasks), reads);
          byRoot.put(root, region);
          for (ExecutionVertexID id : subtasks) {
            byVertex
                .computeIfAbsent(id.jobVertexId(), ignored -> new LinkedHashSet<>())
                .add(region);
          }
        });
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

  /**
   * What is to share a slot moves together, or a restart of one could find room only where the
   * others are not. Not in a job with stages, where the ones may have to end before the others.
   */
  private void joinCoLocated(List<JobVertex> vertices) {
    Map<String, JobVertex> firstOf = new LinkedHashMap<>();
    for (JobVertex vertex : vertices) {
      String group = vertex.slotSharing().coLocationGroup();
      JobVertex first = group == null ? null : firstOf.putIfAbsent(group, vertex);
      if (first != null) {
        int both = Math.min(first.parallelism(), vertex.parallelism());
        for (int index = 0; index < both; index++) {
          union(offsetOf(first.id()) + index, offsetOf(vertex.id()) + index);
        }
      }
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

  /** The region that the subtask is in. */
  public Region regionOf(ExecutionVertexID id) {
    Region region = byRoot.get(rootOf(id));
    if (region == null) {
      throw new IllegalStateException("Subtask " + id + " is in no region");
    }
    return region;
  }

  /** All regions, producers before their consumers as far as they have an order. */
  public Collection<Region> all() {
    return Collections.unmodifiableCollection(byRoot.values());
  }

  /** The blocking edges that begin at the vertex. */
  public List<JobEdge> blockingOutputsOf(JobVertexID vertex) {
    return blockingOutputs.getOrDefault(vertex, List.of());
  }

  /** The regions that read what the subtask sends along one of its blocking edges. */
  public Collection<Region> consumersOf(ExecutionVertexID producer, JobEdge edge) {
    return edge.shipStrategy().isPointwise()
        ? List.of(regionOf(new ExecutionVertexID(edge.target(), producer.subtaskIndex())))
        : Collections.unmodifiableSet(byVertex.getOrDefault(edge.target(), Set.of()));
  }

  /** How many slots the largest region needs: with fewer the job cannot run. */
  public int slotsOfLargest(JobGraph graph) {
    Map<JobVertexID, String> groups = new LinkedHashMap<>();
    graph.vertices().forEach(vertex -> groups.put(vertex.id(), vertex.slotSharing().group()));
    int largest = 0;
    for (Region region : byRoot.values()) {
      Map<String, Set<Integer>> indices = new LinkedHashMap<>();
      for (ExecutionVertexID subtask : region.subtasks()) {
        indices
            .computeIfAbsent(groups.get(subtask.jobVertexId()), ignored -> new LinkedHashSet<>())
            .add(subtask.subtaskIndex());
      }
      largest = Math.max(largest, indices.values().stream().mapToInt(Set::size).sum());
    }
    return largest;
  }

  /** How many regions there are. */
  public int count() {
    return byRoot.size();
  }
}
