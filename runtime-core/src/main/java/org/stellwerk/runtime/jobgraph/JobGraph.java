package org.stellwerk.runtime.jobgraph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * What is submitted: an acyclic graph of vertices and edges, and the jars that its classes are in.
 * Always valid: the constructor refuses duplicate ids, edges to unknown vertices, cycles, forward
 * edges between different parallelisms, co-location across slot sharing groups and requirements
 * that no parallelism meets with one clear line each.
 *
 * @param configuration the job's own configuration, laid over the cluster's where that makes sense
 * @param userJars content keys of the jars, in class path order
 * @param requirements the bounds between which a scheduler may choose the parallelism
 */
public record JobGraph(
    JobID jobId,
    String name,
    List<JobVertex> vertices,
    List<JobEdge> edges,
    Map<String, String> configuration,
    List<BlobKey> userJars,
    JobResourceRequirements requirements) {

  public JobGraph {
    vertices = List.copyOf(vertices);
    edges = List.copyOf(edges);
    configuration = Collections.unmodifiableMap(new TreeMap<>(configuration));
    userJars = List.copyOf(userJars);
    check(name, vertices, edges);
    requirements.checkFits(vertices);
    ParallelismBounds.check(vertices, edges, requirements);
  }

  /** A graph without requirements. */
  @SuppressWarnings("checkstyle:parameternumber")
  public JobGraph(
      JobID jobId,
      String name,
      List<JobVertex> vertices,
      List<JobEdge> edges,
      Map<String, String> configuration,
      List<BlobKey> userJars) {
    this(jobId, name, vertices, edges, configuration, userJars, JobResourceRequirements.NONE);
  }

  /** The vertex with the id; it must be one of the graph. */
  public JobVertex vertex(JobVertexID id) {
    return vertices.stream().filter(v -> v.id().equals(id)).findFirst().orElseThrow();
  }

  /** The edges that end at the vertex, in the order of its inputs. */
  public List<JobEdge> inputsOf(JobVertexID id) {
    return edges.stream().filter(edge -> edge.target().equals(id)).toList();
  }

  /** The edges that begin at the vertex, in the order of its outputs. */
  public List<JobEdge> outputsOf(JobVertexID id) {
    return edges.stream().filter(edge -> edge.source().equals(id)).toList();
  }

  /** Whether parts of the job begin only after others have finished. */
  public boolean isStaged() {
    return edges.stream().anyMatch(edge -> edge.resultType().isBlocking());
  }

  /** How many slots each slot sharing group needs: the largest parallelism in it. */
  public Map<String, Integer> slotsPerGroup() {
    Map<String, Integer> slots = new TreeMap<>();
    for (JobVertex vertex : vertices) {
      slots.merge(vertex.slotSharing().group(), vertex.parallelism(), Math::max);
    }
    return slots;
  }

  /** How many slots the job needs for all its subtasks to run at a time. */
  public int requiredSlots() {
    return slotsPerGroup().values().stream().mapToInt(Integer::intValue).sum();
  }

  /** {@link #requiredSlots} and where they come from, for people. */
  public String describeRequiredSlots() {
    Map<String, Integer> groups = slotsPerGroup();
    return requiredSlots()
        + " slots ("
        + (groups.size() == 1
            ? "its largest parallelism"
            : "the largest parallelism of each slot sharing group: " + groups)
        + ")";
  }

  /** The number of subtasks of all vertices. */
  public int totalSubtasks() {
    int total = 0;
    for (JobVertex vertex : vertices) {
      total += vertex.parallelism();
    }
    return total;
  }

  /** The same graph with the given jars. */
  public JobGraph withUserJars(List<BlobKey> jars) {
    return new JobGraph(jobId, name, vertices, edges, configuration, jars, requirements);
  }

  /**
   * The same graph with the given requirements.
   *
   * @throws IllegalArgumentException with one line, if they do not fit the graph
   */
  public JobGraph withRequirements(JobResourceRequirements newRequirements) {
    return new JobGraph(jobId, name, vertices, edges, configuration, userJars, newRequirements);
  }

  /**
   * The same graph with another parallelism.
   *
   * @param parallelism of every vertex
   */
  public JobGraph withParallelism(Map<JobVertexID, Integer> parallelism) {
    List<JobVertex> changed = new ArrayList<>(vertices.size());
    for (JobVertex vertex : vertices) {
      Integer chosen = parallelism.get(vertex.id());
      if (chosen == null) {
        throw new IllegalArgumentException("Nothing is said about vertex " + vertex.id());
      }
      changed.add(vertex.withParallelism(chosen));
    }
    return new JobGraph(jobId, name, changed, edges, configuration, userJars, requirements);
  }

  /** The vertices, producers before their consumers. */
  public List<JobVertex> topologicallySorted() {
    return sort(name, vertices, edges);
  }

  private static void check(String name, List<JobVertex> vertices, List<JobEdge> edges) {
    if (vertices.isEmpty()) {
      throw new IllegalArgumentException("Job '" + name + "' has no vertex");
    }
    Map<JobVertexID, JobVertex> byId = new LinkedHashMap<>();
    for (JobVertex vertex : vertices) {
      if (byId.put(vertex.id(), vertex) != null) {
        throw new IllegalArgumentException(
            "Job '" + name + "' has two vertices with the id " + vertex.id());
      }
    }
    for (JobEdge edge : edges) {
      JobVertex source = byId.get(edge.source());
      JobVertex target = byId.get(edge.target());
      if (source == null || target == null) {
        throw new IllegalArgumentException(
            "Job '"
                + name
                + "' has an edge to or from an unknown vertex: "
                + edge.source()
                + " -> "
                + edge.target());
      }
      if (edge.shipStrategy().isPointwise() && source.parallelism() != target.parallelism()) {
        throw new IllegalArgumentException(
            "The forward edge from '"
                + source.name()
                + "' (parallelism "
                + source.parallelism()
                + ") to '"
                + target.name()
                + "' (parallelism "
                + target.parallelism()
                + ") needs equal parallelism; use rebalance, hash or broadcast");
      }
    }
    checkCoLocation(name, vertices);
    sort(name, vertices, edges);
  }

  private static void checkCoLocation(String name, List<JobVertex> vertices) {
    Map<String, JobVertex> firsts = new LinkedHashMap<>();
    for (JobVertex vertex : vertices) {
      String coLocationGroup = vertex.slotSharing().coLocationGroup();
      if (coLocationGroup == null) {
        continue;
      }
      JobVertex first = firsts.putIfAbsent(coLocationGroup, vertex);
      if (first != null && !first.slotSharing().group().equals(vertex.slotSharing().group())) {
        throw new IllegalArgumentException(
            ("Vertices '%s' and '%s' of job '%s' are in co-location group '%s', but in different slot"
                    + " sharing groups, '%s' and '%s'; put them into one")
                .formatted(
                    first.name(),
                    vertex.name(),
                    name,
                    coLocationGroup,
                    first.slotSharing().group(),
                    vertex.slotSharing().group()));
      }
    }
  }

  private static List<JobVertex> sort(String name, List<JobVertex> vertices, List<JobEdge> edges) {
    Map<JobVertexID, Integer> openInputs = new LinkedHashMap<>();
    Map<JobVertexID, List<JobVertexID>> consumers = new LinkedHashMap<>();
    Map<JobVertexID, JobVertex> byId = new LinkedHashMap<>();
    for (JobVertex vertex : vertices) {
      openInputs.put(vertex.id(), 0);
      consumers.put(vertex.id(), new ArrayList<>());
      byId.put(vertex.id(), vertex);
    }
    for (JobEdge edge : edges) {
      openInputs.merge(edge.target(), 1, Integer::sum);
      consumers.get(edge.source()).add(edge.target());
    }
    List<JobVertex> sorted = new ArrayList<>();
    for (JobVertex vertex : vertices) {
      if (openInputs.get(vertex.id()) == 0) {
        sorted.add(vertex);
      }
    }
    for (int next = 0; next < sorted.size(); next++) {
      for (JobVertexID consumer : consumers.get(sorted.get(next).id())) {
        if (openInputs.merge(consumer, -1, Integer::sum) == 0) {
          sorted.add(byId.get(consumer));
        }
      }
    }
    if (sorted.size() < vertices.size()) {
      throw new IllegalArgumentException("Job '" + name + "' has a cycle; a job graph has none");
    }
    return sorted;
  }
}
