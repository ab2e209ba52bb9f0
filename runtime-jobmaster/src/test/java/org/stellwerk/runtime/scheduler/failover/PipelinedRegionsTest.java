package org.stellwerk.runtime.scheduler.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.scheduler.failover.PipelinedRegions.BlockingInput;

class PipelinedRegionsTest {

  private static JobVertexID id(int vertex) {
    return new JobVertexID(new UUID(0, vertex));
  }

  private static ExecutionVertexID subtask(int vertex, int index) {
    return new ExecutionVertexID(id(vertex), index);
  }

  private static JobGraph graph(int[] parallelisms, JobEdge... edges) {
    List<JobVertex> vertices = new ArrayList<>();
    for (int i = 0; i < parallelisms.length; i++) {
      vertices.add(TestGraphs.vertex(id(i), "v" + i, parallelisms[i]));
    }
    return new JobGraph(
        TestGraphs.jobId(1),
        "regions",
        vertices,
        List.of(edges),
        Collections.emptyMap(),
        List.of());
  }

  private static JobEdge edge(int source, int target, ShipStrategy strategy) {
    return new JobEdge(id(source), id(target), strategy);
  }

  private static JobEdge blocking(int source, int target, ShipStrategy strategy) {
    return new JobEdge(id(source), id(target), strategy, ResultPartitionType.BLOCKING);
  }

  @Test
  void coLocatedSubtasksAreInOneRegion() {
    List<JobVertex> vertices = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      vertices.add(
          new JobVertex(
              id(i),
              "v" + i,
              2 + i,
              "org.example.Task",
              Collections.emptyMap(),
              new byte[0],
              new SlotSharing(SlotSharing.DEFAULT_GROUP, "together")));
    }
    PipelinedRegions regions =
        PipelinedRegions.of(
            new JobGraph(
                TestGraphs.jobId(1),
                "regions",
                vertices,
                List.of(),
                Collections.emptyMap(),
                List.of()));
    assertThat(regions.all().stream().map(PipelinedRegions.Region::subtasks))
        .containsExactlyInAnyOrder(
            List.of(subtask(0, 0), subtask(1, 0)),
            List.of(subtask(0, 1), subtask(1, 1)),
            List.of(subtask(1, 2)));
  }

  @Test
  void forwardEdgesMakeARegionOfEachSubtaskIndex() {
    PipelinedRegions regions =
        PipelinedRegions.of(graph(new int[] {3, 3}, edge(0, 1, ShipStrategy.FORWARD)));
    assertThat(regions.count()).isEqualTo(3);
    assertThat(regions.regionOf(subtask(1, 2)).subtasks())
        .containsExactly(subtask(0, 2), subtask(1, 2));
  }

  @Test
  void anAllToAllEdgeMakesOneRegion() {
    PipelinedRegions regions =
        PipelinedRegions.of(
            graph(
                new int[] {2, 2, 3},
                edge(0, 1, ShipStrategy.FORWARD),
                edge(1, 2, ShipStrategy.HASH)));
    assertThat(regions.count()).isEqualTo(1);
    assertThat(regions.regionOf(subtask(2, 1)).subtasks()).hasSize(7);
  }

  @Test
  void blockingEdgesSeparateRegionsAndAreTheirInputs() {
    JobEdge hash = blocking(0, 1, ShipStrategy.HASH);
    JobEdge forward = blocking(1, 2, ShipStrategy.FORWARD);
    PipelinedRegions regions = PipelinedRegions.of(graph(new int[] {2, 2, 2}, hash, forward));
    assertThat(regions.count()).isEqualTo(6);
    assertThat(regions.regionOf(subtask(0, 1)).inputs()).isEmpty();
    assertThat(regions.regionOf(subtask(1, 1)).inputs())
        .containsExactly(new BlockingInput(id(0), BlockingInput.ALL));
    assertThat(regions.regionOf(subtask(2, 1)).inputs())
        .containsExactly(new BlockingInput(id(1), 1));
    assertThat(regions.consumersOf(subtask(0, 0), hash))
        .containsExactly(regions.regionOf(subtask(1, 0)), regions.regionOf(subtask(1, 1)));
    assertThat(regions.consumersOf(subtask(1, 0), forward))
        .containsExactly(regions.regionOf(subtask(2, 0)));
  }

  @Test
  void aRegionHasEachOfItsInputsOnce() {
    JobGraph graph =
        graph(
            new int[] {2, 3, 3}, blocking(0, 1, ShipStrategy.HASH), edge(1, 2, ShipStrategy.HASH));
    PipelinedRegions regions = PipelinedRegions.of(graph);
    assertThat(regions.count()).isEqualTo(3);
    assertThat(regions.regionOf(subtask(2, 0)).inputs()).hasSize(1);
    assertThat(regions.slotsOfLargest(graph)).isEqualTo(3);
  }

  @Test
  void unconnectedSubtasksAreRegionsOfTheirOwn() {
    PipelinedRegions regions = PipelinedRegions.of(graph(new int[] {2, 1}));
    assertThat(regions.count()).isEqualTo(3);
    assertThat(regions.regionOf(subtask(0, 1)).subtasks()).containsExactly(subtask(0, 1));
  }

  @Property
  void regionsAreTheConnectedComponents(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 4) Integer> parallelisms,
      @ForAll @Size(max = 6) List<@IntRange(max = 1000) Integer> choices) {
    int count = parallelisms.size();
    List<JobEdge> edges = new ArrayList<>();
    for (int choice : choices) {
      int source = choice % count;
      int target = choice / count % count;
      if (source < target) {
        boolean equal = parallelisms.get(source).equals(parallelisms.get(target));
        edges.add(
            edge(
                source,
                target,
                equal && choice % 3 != 0 ? ShipStrategy.FORWARD : ShipStrategy.REBALANCE));
      }
    }
    JobGraph graph =
        graph(
            parallelisms.stream().mapToInt(Integer::intValue).toArray(),
            edges.toArray(JobEdge[]::new));
    PipelinedRegions regions = PipelinedRegions.of(graph);
    for (JobVertex vertex : graph.vertices()) {
      for (int index = 0; index < vertex.parallelism(); index++) {
        ExecutionVertexID start = new ExecutionVertexID(vertex.id(), index);
        assertThat(regions.regionOf(start).subtasks())
            .containsExactlyInAnyOrderElementsOf(reachable(graph, start));
      }
    }
  }

  /** By walking over every single channel. */
  private static Set<ExecutionVertexID> reachable(JobGraph graph, ExecutionVertexID start) {
    Set<ExecutionVertexID> seen = new LinkedHashSet<>();
    List<ExecutionVertexID> open = new ArrayList<>(List.of(start));
    while (!open.isEmpty()) {
      ExecutionVertexID next = open.remove(open.size() - 1);
      if (!seen.add(next)) {
        continue;
      }
      for (JobEdge edge : graph.edges()) {
        boolean out = edge.source().equals(next.jobVertexId());
        if (out || edge.target().equals(next.jobVertexId())) {
          JobVertexID other = out ? edge.target() : edge.source();
          for (int i = 0; i < graph.vertex(other).parallelism(); i++) {
            if (!edge.shipStrategy().isPointwise() || i == next.subtaskIndex()) {
              open.add(new ExecutionVertexID(other, i));
            }
          }
        }
      }
    }
    return seen;
  }
}
