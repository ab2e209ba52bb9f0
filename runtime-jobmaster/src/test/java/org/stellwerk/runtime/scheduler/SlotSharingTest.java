package org.stellwerk.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.executiongraph.TestGraphs.allocation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.RestartStrategyOptions;

/** Which subtasks share slots, and how many slots a job needs as it goes on. */
class SlotSharingTest {

  private static final Configuration AT_ONCE =
      Configuration.empty()
          .with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.FIXED_DELAY)
          .with(RestartStrategyOptions.FIXED_DELAY_ATTEMPTS, 9)
          .with(RestartStrategyOptions.FIXED_DELAY_DELAY, Duration.ZERO);

  private static final Configuration DELAYED =
      AT_ONCE.with(RestartStrategyOptions.FIXED_DELAY_DELAY, Duration.ofSeconds(1));

  private final SchedulerBed bed = new SchedulerBed();

  @AfterEach
  void nothingIsBroken() {
    bed.checkInvariants();
  }

  private static SlotSharing group(String name) {
    return new SlotSharing(name, null);
  }

  /** Sources and sinks in groups of their own; executions 0, 1, … are the sources. */
  private static JobGraph twoGroups(int sources, int sinks, @Nullable ShipStrategy strategy) {
    return graph(sources, sinks, group("in"), group("out"), strategy);
  }

  private static JobGraph graph(
      int sources,
      int sinks,
      SlotSharing ofSources,
      SlotSharing ofSinks,
      @Nullable ShipStrategy strategy) {
    return new JobGraph(
        TestGraphs.jobId(1),
        "sharing",
        List.of(
            TestGraphs.vertex(TestGraphs.SOURCE, "source", sources).withSlotSharing(ofSources),
            TestGraphs.vertex(TestGraphs.SINK, "sink", sinks).withSlotSharing(ofSinks)),
        strategy == null
            ? List.of()
            : List.of(new JobEdge(TestGraphs.SOURCE, TestGraphs.SINK, strategy)),
        Map.of(),
        List.of());
  }

  private List<ExecutionSnapshot> snapshots() {
    return bed.scheduler().getExecutionGraph().snapshot();
  }

  private @Nullable AllocationID slotOf(int execution) {
    return snapshots().get(execution).allocationId();
  }

  @Test
  void theNeedIsTheSumOfTheLargestParallelismOfEachGroup() {
    bed.start(twoGroups(3, 2, ShipStrategy.HASH), AT_ONCE);
    assertThat(bed.pool().requiredResources()).isEqualTo(5);
  }

  @Test
  void groupsDoNotShareSlots() {
    bed.start(twoGroups(2, 2, ShipStrategy.HASH), AT_ONCE);
    for (int i = 0; i < 4; i++) {
      bed.offerSlot(1 + i % 2, i / 2, i);
    }
    assertThat(snapshots())
        .extracting(ExecutionSnapshot::allocationId)
        .containsExactlyInAnyOrder(allocation(0), allocation(1), allocation(2), allocation(3));
    assertThat(bed.executions().get(0).getLocation())
        .isNotEqualTo(bed.executions().get(1).getLocation());
    assertThat(bed.executions().get(2).getLocation())
        .isNotEqualTo(bed.executions().get(3).getLocation());
  }

  @Test
  void coLocatedSubtasksShareASlotAlsoAfterTheLossOfTheirTaskManager() {
    SlotSharing together = new SlotSharing("g", "pair");
    bed.start(graph(2, 2, together, together, null), AT_ONCE);
    bed.offerSlot(1);
    bed.offerSlot(2);
    bed.reportAllRunning();
    bed.lose(1);
    bed.offerSlot(3);
    bed.reportAllRunning();
    assertThat(slotOf(0)).isEqualTo(slotOf(2)).isEqualTo(allocation(3));
    assertThat(slotOf(1)).isEqualTo(slotOf(3)).isEqualTo(allocation(2));
  }

  @Test
  void aSubtaskThatStartsAgainJoinsTheOthersInTheirSlot() {
    bed.start(graph(1, 1, group("g"), group("g"), null), AT_ONCE);
    bed.offerSlot(1);
    bed.reportAllRunning();
    bed.fail(bed.executions().get(0), "com.example.Boom");
    assertThat(bed.executions().get(0).getAttemptId().attemptNumber()).isEqualTo(1);
    assertThat(slotOf(0)).isEqualTo(slotOf(1)).isEqualTo(allocation(1));
  }

  @Test
  void whatHasFinishedNeedsNoSlotAndTheSlotIsGivenBackWhenIdle() {
    bed.start(twoGroups(2, 1, null), AT_ONCE);
    for (int i = 0; i < 3; i++) {
      bed.offerSlot(i);
    }
    bed.reportAllRunning();
    AllocationID idle = slotOf(0);
    bed.report(bed.executions().get(0), ExecutionState.FINISHED);
    assertThat(bed.pool().requiredResources()).isEqualTo(2);
    assertThat(bed.pool().numberOfSlots()).isEqualTo(3);
    bed.runFor(SchedulerBed.IDLE_TIMEOUT);
    assertThat(bed.pool().numberOfSlots()).isEqualTo(2);
    assertThat(bed.gateway(0).freed).containsExactly(idle);
  }

  @Test
  void aSlotIsNeededAsLongAsOneOfItsSubtasksRuns() {
    bed.start(graph(1, 1, group("g"), group("g"), null), AT_ONCE);
    bed.offerSlot(1);
    bed.reportAllRunning();
    bed.report(bed.executions().get(0), ExecutionState.FINISHED);
    assertThat(bed.pool().requiredResources()).isEqualTo(1);
    bed.report(bed.executions().get(1), ExecutionState.FINISHED);
    assertThat(bed.pool().requiredResources()).isZero();
    assertThat(bed.status()).isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void aRestartKeepsItsNeedWhileItWaitsAndFinishedSubtasksNeedSlotsAgain() {
    bed.start(twoGroups(1, 2, ShipStrategy.HASH), AT_ONCE);
    for (int i = 0; i < 3; i++) {
      bed.offerSlot(i);
    }
    bed.reportAllRunning();
    AllocationID ofSource = slotOf(0);
    bed.report(bed.executions().get(0), ExecutionState.FINISHED);
    assertThat(bed.pool().requiredResources()).isEqualTo(2);
    Execution other = bed.executions().get(2);
    bed.fail(bed.executions().get(1), "com.example.Boom");
    assertThat(bed.pool().requiredResources()).isEqualTo(2);
    bed.report(other, ExecutionState.CANCELED);
    assertThat(bed.pool().requiredResources()).isEqualTo(3);
    assertThat(slotOf(0)).isEqualTo(ofSource);
  }

  @Test
  void aJobThatEndsNeedsOnlyWhatHasNotEnded() {
    bed.start(twoGroups(1, 1, ShipStrategy.HASH), AT_ONCE);
    bed.offerSlot(1);
    bed.offerSlot(2);
    bed.reportAllRunning();
    bed.scheduler().cancel();
    bed.report(bed.executions().get(0), ExecutionState.CANCELED);
    assertThat(bed.status()).isEqualTo(JobStatus.CANCELLING);
    assertThat(bed.pool().requiredResources()).isEqualTo(1);
  }

  @Test
  void whoeverWantsASlotThatIsAwaitedAlreadyComesAfterwards() {
    // Each of the four subtasks starts again by itself; sources and sinks share slots.
    bed.start(graph(2, 2, group("g"), group("g"), null), DELAYED);
    bed.offerSlot(1);
    bed.offerSlot(2);
    bed.reportAllRunning();
    bed.fail(bed.executions().get(0), "com.example.Boom");
    bed.lose(1);
    bed.runFor(Duration.ofSeconds(5));
    assertThat(snapshots())
        .extracting(ExecutionSnapshot::state)
        .containsExactly(
            ExecutionState.SCHEDULED,
            ExecutionState.RUNNING,
            ExecutionState.SCHEDULED,
            ExecutionState.RUNNING);
    bed.offerSlot(3);
    bed.reportAllRunning();
    assertThat(slotOf(0)).isEqualTo(slotOf(2)).isEqualTo(allocation(3));
    bed.lose(3);
    bed.runFor(Duration.ofSeconds(5));
    bed.offerSlot(4);
    bed.reportAllRunning();
    assertThat(slotOf(0)).isEqualTo(slotOf(2)).isEqualTo(allocation(4));
  }

  @Test
  void aSlotThatWasInUseMayBeReturnedWhileTheOthersAreAwaited() {
    JobVertexID side = new JobVertexID(new UUID(0, 3));
    JobGraph pipeline = TestGraphs.pipeline(1, 2, 2);
    List<JobVertex> vertices = new ArrayList<>(pipeline.vertices());
    vertices.add(TestGraphs.vertex(side, "side", 1));
    bed.start(
        new JobGraph(
            pipeline.jobId(), "with side", vertices, pipeline.edges(), Map.of(), List.of()),
        AT_ONCE);
    bed.offerSlot(1);
    bed.offerSlot(2);
    bed.reportAllRunning();
    Map<String, Execution> byName = byName();
    bed.lose(2);
    bed.report(byName.get("source (1/2)"), ExecutionState.CANCELED);
    bed.report(byName.get("sink (1/2)"), ExecutionState.CANCELED);
    // Slot 1 is in use by the side's task, and a second one is awaited. Now slot 1 is returned.
    bed.report(byName.get("side (1/1)"), ExecutionState.FINISHED);
    assertThat(byName().get("source (1/2)").getState()).isEqualTo(ExecutionState.SCHEDULED);
    bed.offerSlot(3);
    bed.reportAllRunning();
    assertThat(slots("source (1/2)", "sink (1/2)")).containsOnly(allocation(1));
    assertThat(slots("source (2/2)", "sink (2/2)")).containsOnly(allocation(3));
  }

  private Map<String, Execution> byName() {
    Map<String, Execution> byName = new LinkedHashMap<>();
    bed.executions().forEach(each -> byName.put(each.getVertex().getTaskNameWithSubtask(), each));
    return byName;
  }

  private List<AllocationID> slots(String... tasks) {
    List<String> names = List.copyOf(byName().keySet());
    return Stream.of(tasks).map(task -> slotOf(names.indexOf(task))).toList();
  }
}
