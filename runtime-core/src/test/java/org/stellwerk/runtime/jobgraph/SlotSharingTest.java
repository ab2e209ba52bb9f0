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

class SlotSharingTest {

  private static JobVertex vertex(int number, int parallelism, SlotSharing sharing) {
    return new JobVertex(
        new JobVertexID(new UUID(1, number)),
        "v" + number,
        parallelism,
        "x.V",
        Map.of(),
        new byte[0],
        sharing);
  }

  private static JobGraph graph(JobVertex... vertices) {
    return new JobGraph(
        new JobID(new UUID(1, 1)), "job", Arrays.asList(vertices), List.of(), Map.of(), List.of());
  }

  @Test
  void oneGroupNeedsItsLargestParallelism() {
    JobGraph graph = graph(vertex(1, 2, SlotSharing.DEFAULT), vertex(2, 5, SlotSharing.DEFAULT));
    assertThat(graph.requiredSlots()).isEqualTo(5);
    assertThat(graph.describeRequiredSlots()).isEqualTo("5 slots (its largest parallelism)");
  }

  @Test
  void severalGroupsNeedTheSum() {
    JobGraph graph =
        graph(
            vertex(1, 2, SlotSharing.DEFAULT),
            vertex(2, 5, new SlotSharing("a", null)),
            vertex(3, 3, new SlotSharing("a", null)));
    assertThat(graph.requiredSlots()).isEqualTo(7);
    assertThat(graph.describeRequiredSlots())
        .isEqualTo(
            "7 slots (the largest parallelism of each slot sharing group: {a=5, default=2})");
  }

  @Test
  void coLocatedVerticesAreInOneSlotSharingGroup() {
    assertThat(
            graph(
                    vertex(1, 2, new SlotSharing("a", "pair")),
                    vertex(2, 3, new SlotSharing("a", "pair")))
                .requiredSlots())
        .isEqualTo(3);
    assertThatThrownBy(
            () ->
                graph(
                    vertex(1, 2, new SlotSharing("a", "pair")),
                    vertex(2, 2, new SlotSharing("b", "pair"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Vertices 'v1' and 'v2' of job 'job' are in co-location group 'pair', but in different"
                + " slot sharing groups, 'a' and 'b'; put them into one");
  }

  @Test
  void groupsHaveNames() {
    assertThatThrownBy(() -> new SlotSharing(" ", null)).hasMessageContaining("needs a name");
    assertThatThrownBy(() -> new SlotSharing("a", "")).hasMessageContaining("needs a name");
  }
}
