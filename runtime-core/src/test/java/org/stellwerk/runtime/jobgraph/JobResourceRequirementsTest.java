package org.stellwerk.runtime.jobgraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;

/** Requirements and the graphs that they are for: a - forward - b - hash - c. */
class JobResourceRequirementsTest {

  private static final JobVertexID A = new JobVertexID(new UUID(1, 1));
  private static final JobVertexID B = new JobVertexID(new UUID(1, 2));
  private static final JobVertexID C = new JobVertexID(new UUID(1, 3));

  private final JobGraph graph =
      new JobGraph(
          new JobID(new UUID(7, 9)),
          "job",
          List.of(vertex(A, "a"), vertex(B, "b"), vertex(C, "c")),
          List.of(new JobEdge(A, B, ShipStrategy.FORWARD), new JobEdge(B, C, ShipStrategy.HASH)),
          Map.of(),
          List.of());

  private static JobVertex vertex(JobVertexID id, String name) {
    return new JobVertex(id, name, 4, "org.example.Task", Map.of(), new byte[0]);
  }

  private static VertexBounds bounds(JobVertexID id, int lower, int upper) {
    return new VertexBounds(id, lower, upper);
  }

  private JobGraph with(VertexBounds... bounds) {
    return graph.withRequirements(new JobResourceRequirements(Arrays.asList(bounds)));
  }

  @Test
  void withoutRequirementsTheParallelismIsTheUpperBound() {
    ParallelismBounds bounds = ParallelismBounds.of(graph);
    assertThat(bounds.of(A)).isEqualTo(bounds(A, 1, 4));
    assertThat(bounds.asRequirements().vertices()).hasSize(3);
  }

  @Test
  void forwardEdgesLeaveWhatAllThatTheyConnectAllow() {
    ParallelismBounds bounds =
        ParallelismBounds.of(with(bounds(A, 1, 3), bounds(B, 2, 8), bounds(C, 1, 9)));
    assertThat(bounds.of(A)).isEqualTo(bounds(A, 2, 3));
    assertThat(bounds.of(B)).isEqualTo(bounds(B, 2, 3));
    assertThat(bounds.of(C)).isEqualTo(bounds(C, 1, 9));
    assertThat(bounds.connectedTo(B)).extracting(JobVertex::name).containsExactly("a", "b");
  }

  @Test
  void whatDoesNotFitTheGraphIsRefusedInOneLine() {
    assertRefused("Nothing is said about vertex " + C, bounds(A, 1, 4), bounds(B, 1, 4));
    assertRefused(
        "The job has no vertex 0000",
        bounds(A, 1, 4),
        bounds(B, 1, 4),
        bounds(C, 1, 4),
        bounds(new JobVertexID(new UUID(0, 9)), 1, 4));
    assertRefused(
        "['a', 'b'] are connected by forward edges",
        bounds(A, 1, 2),
        bounds(B, 3, 4),
        bounds(C, 1, 4));
    assertRefused("is named twice", bounds(A, 1, 2), bounds(A, 1, 2));
  }

  private void assertRefused(String complaint, VertexBounds... bounds) {
    assertThatThrownBy(() -> with(bounds))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(complaint)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void boundsThatLeaveNothingAreRefused() {
    assertThatThrownBy(() -> bounds(A, 0, 1)).hasMessageContaining("0 is below 1");
    assertThatThrownBy(() -> bounds(A, 5, 4)).hasMessageContaining("5 is above the upper bound 4");
    assertThatThrownBy(() -> bounds(A, 1, JobResourceRequirements.MAX_PARALLELISM + 1))
        .hasMessageContaining("is above 32768");
  }

  @Test
  void aGraphWithAnotherParallelismKeepsTheRest() {
    JobGraph bounded = with(bounds(A, 1, 9), bounds(B, 1, 9), bounds(C, 1, 9));
    JobGraph changed = bounded.withParallelism(Map.of(A, 2, B, 2, C, 7));
    assertThat(changed.vertices()).extracting(JobVertex::parallelism).containsExactly(2, 2, 7);
    assertThat(changed.requirements()).isEqualTo(bounded.requirements());
    assertThatThrownBy(() -> bounded.withParallelism(Map.of(A, 2)))
        .hasMessageContaining("Nothing is said about vertex " + B);
  }
}
