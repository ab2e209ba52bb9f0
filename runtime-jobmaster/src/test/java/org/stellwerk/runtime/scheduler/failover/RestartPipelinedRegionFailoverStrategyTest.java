package org.stellwerk.runtime.scheduler.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.jobgraph.ShipStrategy.FORWARD;
import static org.stellwerk.runtime.jobgraph.ShipStrategy.HASH;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.executiongraph.LostResults;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;

/** Stages a, b and c of two subtasks each; all results are there unless they are lost. */
class RestartPipelinedRegionFailoverStrategyTest {

  private static final JobVertexID A = new JobVertexID(new UUID(0, 1));
  private static final JobVertexID B = new JobVertexID(new UUID(0, 2));
  private static final JobVertexID C = new JobVertexID(new UUID(0, 3));

  private final Set<ExecutionVertexID> lost = new LinkedHashSet<>();

  private final class Results implements LostResults {
    @Override
    public boolean isLost(ExecutionVertexID producer) {
      return lost.contains(producer);
    }

    @Override
    public Collection<ExecutionVertexID> lostOf(JobVertexID producer) {
      return lost.stream().filter(id -> id.jobVertexId().equals(producer)).toList();
    }
  }

  private static ExecutionVertexID a(int index) {
    return new ExecutionVertexID(A, index);
  }

  private static ExecutionVertexID b(int index) {
    return new ExecutionVertexID(B, index);
  }

  private static ExecutionVertexID c(int index) {
    return new ExecutionVertexID(C, index);
  }

  private FailoverStrategy strategy(ShipStrategy first, ShipStrategy second) {
    JobGraph graph =
        new JobGraph(
            TestGraphs.jobId(1),
            "stages",
            List.of(
                TestGraphs.vertex(A, "a", 2),
                TestGraphs.vertex(B, "b", 2),
                TestGraphs.vertex(C, "c", 2)),
            List.of(
                new JobEdge(A, B, first, ResultPartitionType.BLOCKING),
                new JobEdge(B, C, second, ResultPartitionType.BLOCKING)),
            Collections.emptyMap(),
            List.of());
    return new RestartPipelinedRegionFailoverStrategy(PipelinedRegions.of(graph), new Results());
  }

  @Test
  void theLastStageRestartsAlone() {
    assertThat(strategy(HASH, HASH).getTasksNeedingRestart(c(1))).containsExactly(c(1));
  }

  @Test
  void whoReadsFromARestartedTaskRestartsWithIt() {
    assertThat(strategy(HASH, HASH).getTasksNeedingRestart(b(0)))
        .containsExactlyInAnyOrder(b(0), c(0), c(1));
    assertThat(strategy(HASH, FORWARD).getTasksNeedingRestart(b(0)))
        .containsExactlyInAnyOrder(b(0), c(0));
  }

  @Test
  void aLostInputTakesItsProducerAndThatOnesOtherConsumersAlong() {
    lost.add(b(1));
    assertThat(strategy(HASH, HASH).getTasksNeedingRestart(c(0)))
        .containsExactlyInAnyOrder(c(0), b(1), c(1));
    assertThat(strategy(HASH, FORWARD).getTasksNeedingRestart(c(0))).containsExactly(c(0));
    assertThat(strategy(HASH, FORWARD).getTasksNeedingRestart(c(1)))
        .containsExactlyInAnyOrder(c(1), b(1));
  }

  @Test
  void lossesAreFollowedToTheBeginning() {
    lost.addAll(List.of(b(1), a(0)));
    assertThat(strategy(HASH, HASH).getTasksNeedingRestart(c(0)))
        .containsExactlyInAnyOrder(a(0), b(0), b(1), c(0), c(1));
    assertThat(strategy(FORWARD, FORWARD).getTasksNeedingRestart(c(0))).containsExactly(c(0));
    assertThat(strategy(FORWARD, FORWARD).getTasksNeedingRestart(c(1)))
        .containsExactlyInAnyOrder(c(1), b(1));
    assertThat(strategy(FORWARD, HASH).getTasksNeedingRestart(c(1)))
        .containsExactlyInAnyOrder(c(1), b(1), c(0));
  }

  @Test
  void whatNobodyNeedsStaysLost() {
    lost.add(a(0));
    assertThat(strategy(HASH, HASH).getTasksNeedingRestart(c(0))).containsExactly(c(0));
  }
}
