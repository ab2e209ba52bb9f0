package org.stellwerk.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.RestartStrategyOptions;

/** What becomes of tasks on a TaskManager that is being drained. TaskManager i has slot i. */
class EvacuationTest {

  private static final Configuration NO_RESTARTS_LEFT =
      Configuration.empty()
          .with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.FIXED_DELAY)
          .with(RestartStrategyOptions.FIXED_DELAY_ATTEMPTS, 0)
          .with(RestartStrategyOptions.FIXED_DELAY_DELAY, Duration.ofSeconds(1));

  private final SchedulerBed bed = new SchedulerBed();

  @AfterEach
  void nothingIsBroken() {
    bed.checkInvariants();
  }

  private List<Execution> start(Configuration configuration, ShipStrategy strategy) {
    bed.start(TestGraphs.pipeline(1, 2, 2, strategy), configuration);
    bed.offerSlot(1);
    bed.offerSlot(2);
    bed.reportAllRunning();
    return bed.executions();
  }

  private void confirmCancellations() {
    bed.executions().stream()
        .filter(each -> each.getState() == ExecutionState.CANCELING)
        .forEach(each -> bed.report(each, ExecutionState.CANCELED));
  }

  private int declared() {
    return bed.pool().snapshot().required();
  }

  @Test
  void tasksGoOnUntilThereIsASlotElsewhereAndThenTheirRegionMoves() {
    List<Execution> all = start(NO_RESTARTS_LEFT, ShipStrategy.FORWARD);
    bed.drain(1);
    assertThat(declared()).isEqualTo(3);
    assertThat(all).allMatch(each -> each.getState() == ExecutionState.RUNNING);

    bed.offerSlot(3);
    assertThat(all)
        .extracting(Execution::getState)
        .containsExactly(
            ExecutionState.CANCELING,
            ExecutionState.RUNNING,
            ExecutionState.CANCELING,
            ExecutionState.RUNNING);
    confirmCancellations();
    List<Execution> now = bed.executions();
    assertThat(now.get(0).getLocation()).isEqualTo(TestGraphs.location(3));
    assertThat(now.get(2).getLocation()).isEqualTo(TestGraphs.location(3));
    assertThat(now.get(1)).isSameAs(all.get(1));
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.gateway(1).freed).containsExactly(TestGraphs.allocation(1));
    assertThat(declared()).isEqualTo(2);
    assertThat(bed.scheduler().requestJob().exceptionHistory())
        .extracting(entry -> entry.exception().message())
        .containsExactly("TaskManager tm-1 at host-1:7001 is being drained");
  }

  @Test
  void whatIsConnectedMovesTogetherAndKeepsItsOtherSlots() {
    start(NO_RESTARTS_LEFT, ShipStrategy.HASH);
    bed.drain(1);
    bed.offerSlot(3);
    confirmCancellations();
    assertThat(bed.executions())
        .extracting(each -> each.getLocation())
        .containsExactlyInAnyOrder(
            TestGraphs.location(3),
            TestGraphs.location(2),
            TestGraphs.location(3),
            TestGraphs.location(2));
  }

  @Test
  void whatNeedsTwoSlotsDoesNotMoveForOne() {
    List<Execution> all = start(NO_RESTARTS_LEFT, ShipStrategy.HASH);
    bed.drain(1, 2);
    assertThat(declared()).isEqualTo(4);
    bed.offerSlot(3);
    assertThat(all).allMatch(each -> each.getState() == ExecutionState.RUNNING);
    bed.offerSlot(4);
    confirmCancellations();
    assertThat(bed.executions()).allMatch(each -> each.getAttemptId().attemptNumber() == 1);
    assertThat(declared()).isEqualTo(2);
  }

  @Test
  void aJobThatMayNotRestartStays() {
    Configuration none =
        Configuration.empty().with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.NONE);
    List<Execution> all = start(none, ShipStrategy.FORWARD);
    bed.drain(1);
    bed.offerSlot(3);
    assertThat(all).allMatch(each -> each.getState() == ExecutionState.RUNNING);
  }

  @Test
  void aTaskThatFailsThereIsNotStartedThereAgain() {
    Configuration once = NO_RESTARTS_LEFT.with(RestartStrategyOptions.FIXED_DELAY_ATTEMPTS, 1);
    List<Execution> all = start(once, ShipStrategy.FORWARD);
    bed.drain(1);
    bed.fail(all.get(0), "com.example.Boom");
    confirmCancellations();
    bed.runFor(Duration.ofSeconds(2));
    Execution waiting = bed.executions().get(0);
    assertThat(waiting.getState()).isEqualTo(ExecutionState.SCHEDULED);
    bed.offerSlot(3);
    assertThat(waiting.getLocation()).isEqualTo(TestGraphs.location(3));
    assertThat(bed.executions().get(1)).isSameAs(all.get(1));
  }

  @Test
  void aTaskManagerThatIsUsedAgainKeepsItsTasks() {
    List<Execution> all = start(NO_RESTARTS_LEFT, ShipStrategy.FORWARD);
    bed.drain(1);
    bed.drain();
    assertThat(declared()).isEqualTo(2);
    assertThat(bed.pool().numberOfSlots()).isEqualTo(2);
    assertThat(all).allMatch(each -> each.getState() == ExecutionState.RUNNING);
  }
}
