package org.stellwerk.runtime.scheduler.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.jobgraph.SlotSharing;

class ParallelismChoiceTest {

  private static JobGraph bounded(JobGraph graph, VertexBounds source, VertexBounds sink) {
    return graph.withRequirements(new JobResourceRequirements(List.of(source, sink)));
  }

  private static VertexBounds source(int lower, int upper) {
    return new VertexBounds(TestGraphs.SOURCE, lower, upper);
  }

  private static VertexBounds sink(int lower, int upper) {
    return new VertexBounds(TestGraphs.SINK, lower, upper);
  }

  private static String chosen(ParallelismChoice choice, int slots) {
    return choice
        .choose(slots)
        .map(
            p ->
                p.byVertex().get(TestGraphs.SOURCE)
                    + " and "
                    + p.byVertex().get(TestGraphs.SINK)
                    + " in "
                    + p.slots())
        .orElse("none");
  }

  @Test
  void withoutRequirementsTheParallelismIsTheUpperBound() {
    ParallelismChoice choice = ParallelismChoice.of(TestGraphs.pipeline(1, 6, 2));
    assertThat(choice.fewestSlots()).isEqualTo(1);
    assertThat(choice.mostSlots()).isEqualTo(6);
    assertThat(chosen(choice, 0)).isEqualTo("none");
    assertThat(chosen(choice, 1)).isEqualTo("1 and 1 in 1");
    assertThat(chosen(choice, 4)).isEqualTo("4 and 2 in 4");
    assertThat(chosen(choice, 6)).isEqualTo("6 and 2 in 6");
    assertThat(chosen(choice, 1000)).isEqualTo("6 and 2 in 6");
  }

  @Test
  void boundsHoldForEachVertex() {
    ParallelismChoice choice =
        ParallelismChoice.of(bounded(TestGraphs.pipeline(1, 6, 2), source(2, 5), sink(3, 3)));
    assertThat(choice.fewestSlots()).isEqualTo(3);
    assertThat(choice.mostSlots()).isEqualTo(5);
    assertThat(chosen(choice, 2)).isEqualTo("none");
    assertThat(chosen(choice, 4)).isEqualTo("4 and 3 in 4");
    assertThat(choice.allows(TestGraphs.SINK, 3)).isTrue();
    assertThat(choice.allows(TestGraphs.SINK, 2)).isFalse();
  }

  @Test
  void eachSlotSharingGroupHasItsShare() {
    JobGraph plain = TestGraphs.pipeline(1, 6, 3);
    JobGraph grouped =
        new JobGraph(
            plain.jobId(),
            plain.name(),
            List.of(
                plain.vertices().get(0),
                plain.vertices().get(1).withSlotSharing(new SlotSharing("other", null))),
            plain.edges(),
            plain.configuration(),
            plain.userJars());
    ParallelismChoice choice = ParallelismChoice.of(bounded(grouped, source(1, 6), sink(2, 3)));
    assertThat(choice.fewestSlots()).isEqualTo(3);
    assertThat(choice.mostSlots()).isEqualTo(9);
    assertThat(chosen(choice, 2)).isEqualTo("none");
    assertThat(chosen(choice, 3)).isEqualTo("1 and 2 in 3");
    assertThat(chosen(choice, 5)).isEqualTo("3 and 2 in 5");
    assertThat(chosen(choice, 8)).isEqualTo("5 and 3 in 8");
    assertThat(chosen(choice, 20)).isEqualTo("6 and 3 in 9");
  }

  @Test
  void whatForwardEdgesConnectHasOneParallelism() {
    ParallelismChoice choice =
        ParallelismChoice.of(
            bounded(TestGraphs.pipeline(1, 4, 4, ShipStrategy.FORWARD), source(1, 3), sink(2, 5)));
    assertThat(choice.fewestSlots()).isEqualTo(2);
    assertThat(chosen(choice, 2)).isEqualTo("2 and 2 in 2");
    assertThat(chosen(choice, 5)).isEqualTo("3 and 3 in 3");
  }
}
