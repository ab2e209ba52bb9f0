package org.stellwerk.runtime.scheduler.adaptive;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ParallelismBounds;

/**
 * Chooses how many subtasks each vertex of a job has, from the number of slots: as many as its
 * bounds and its slot sharing group's slots allow. Each group gets what its lower bounds need; what
 * is left goes slot by slot to the group that has fewest and can use more. Immutable; a pure
 * function of graph and slots.
 */
final class ParallelismChoice {

  private static final class Share {
    private int lower;
    private int upper;
    private int slots;
  }

  private final JobGraph graph;
  private final ParallelismBounds bounds;
  private final VertexParallelism fewest;
  private final VertexParallelism most;

  private ParallelismChoice(JobGraph graph) {
    this.graph = graph;
    this.bounds = ParallelismBounds.of(graph);
    this.fewest = inSlots(0);
    this.most = inSlots(Integer.MAX_VALUE);
  }

  /** A choice for a graph, with its requirements. */
  static ParallelismChoice of(JobGraph graph) {
    return new ParallelismChoice(graph);
  }

  /** With fewer slots the job cannot run. */
  int fewestSlots() {
    return fewest.slots();
  }

  /** More slots the job cannot use. */
  int mostSlots() {
    return most.slots();
  }

  /** "4 to 12 slots": for people. */
  String describe() {
    return fewestSlots() + " to " + mostSlots() + " slots";
  }

  /** The least that the job can run with. */
  VertexParallelism fewest() {
    return fewest;
  }

  /** What the job has if there are slots enough. */
  VertexParallelism most() {
    return most;
  }

  /** The bounds that hold. */
  JobResourceRequirements requirements() {
    return bounds.asRequirements();
  }

  /** Whether the vertex may have so many subtasks. */
  boolean allows(JobVertexID vertexId, int parallelism) {
    VertexBounds allowed = bounds.of(vertexId);
    return parallelism >= allowed.lowerBound() && parallelism <= allowed.upperBound();
  }

  /** The largest parallelism in so many slots; empty if they are too few. */
  Optional<VertexParallelism> choose(int slots) {
    return slots < fewest.slots() ? Optional.empty() : Optional.of(inSlots(slots));
  }

  private VertexParallelism inSlots(int slots) {
    Map<String, Share> shares = share(slots);
    Map<JobVertexID, Integer> parallelism = new LinkedHashMap<>();
    Map<String, Integer> used = new TreeMap<>();
    for (JobVertex vertex : graph.vertices()) {
      int chosen = bounds.of(vertex.id()).upperBound();
      for (JobVertex equal : bounds.connectedTo(vertex.id())) {
        chosen = Math.min(chosen, shareOf(equal, shares).slots);
      }
      parallelism.put(vertex.id(), chosen);
      used.merge(groupOf(vertex), chosen, Math::max);
    }
    return new VertexParallelism(
        parallelism, used.values().stream().mapToInt(Integer::intValue).sum());
  }

  private Map<String, Share> share(int slots) {
    Map<String, Share> shares = new TreeMap<>();
    for (JobVertex vertex : graph.vertices()) {
      VertexBounds allowed = bounds.of(vertex.id());
      Share share = shareOf(vertex, shares);
      share.lower = Math.max(share.lower, allowed.lowerBound());
      share.upper = Math.max(share.upper, allowed.upperBound());
    }
    long left = slots;
    for (Share share : shares.values()) {
      share.slots = share.lower;
      left -= share.lower;
    }
    Share next = neediest(shares);
    while (left > 0 && next != null) {
      next.slots++;
      left--;
      next = neediest(shares);
    }
    return shares;
  }

  private static Share shareOf(JobVertex vertex, Map<String, Share> shares) {
    return shares.computeIfAbsent(groupOf(vertex), ignored -> new Share());
  }

  private static String groupOf(JobVertex vertex) {
    return vertex.slotSharing().group();
  }

  private static @Nullable Share neediest(Map<String, Share> shares) {
    @Nullable Share neediest = null;
    for (Share share : shares.values()) {
      if (share.slots < share.upper && (neediest == null || share.slots < neediest.slots)) {
        neediest = share;
      }
    }
    return neediest;
  }
}
