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
import org.stellwerk.runtime.messages.ExceptionHistoryEntry;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.options.RestartStrategyOptions;
import org.stellwerk.runtime.options.RestartStrategyOptions.Failover;

/** What the scheduler does about failures if it may restart. Slot i is at TaskManager i + 1. */
class RestartsTest {

  private static final Configuration AT_ONCE =
      Configuration.empty()
          .with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.FIXED_DELAY)
          .with(RestartStrategyOptions.FIXED_DELAY_ATTEMPTS, 2)
          .with(RestartStrategyOptions.FIXED_DELAY_DELAY, Duration.ZERO);

  private static final Configuration DELAYED =
      AT_ONCE.with(RestartStrategyOptions.FIXED_DELAY_DELAY, Duration.ofSeconds(1));

  private SchedulerBed bed = new SchedulerBed();

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

  @Test
  void aFailedTaskStartsItsRegionAgainAndTheOtherNeverStops() {
    List<Execution> all = start(AT_ONCE, ShipStrategy.FORWARD);
    bed.fail(all.get(0), "com.example.Boom");
    assertThat(bed.status()).isEqualTo(JobStatus.RESTARTING);
    assertThat(all.get(2).getState()).isEqualTo(ExecutionState.CANCELING);
    assertThat(bed.executions().get(0).getAttemptId().attemptNumber()).isZero();
    bed.report(all.get(2), ExecutionState.CANCELED);

    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    List<Execution> now = bed.executions();
    assertThat(now)
        .extracting(each -> each.getAttemptId().attemptNumber())
        .containsExactly(1, 0, 1, 0);
    assertThat(now.get(1)).isSameAs(all.get(1));
    assertThat(now.get(0).getState()).isEqualTo(ExecutionState.DEPLOYING);
    assertThat(now.get(0).getLocation()).isEqualTo(TestGraphs.location(1));
    assertThat(bed.gateway(2).cancelled).isEmpty();
    bed.reportAllRunning();
    bed.executions().forEach(each -> bed.report(each, ExecutionState.FINISHED));
    assertThat(bed.status()).isEqualTo(JobStatus.FINISHED);
    assertThat(bed.scheduler().requestJob().numberOfRestarts()).isEqualTo(1);
  }

  @Test
  void fullFailoverStartsEverythingAgain() {
    List<Execution> all =
        start(AT_ONCE.with(RestartStrategyOptions.FAILOVER, Failover.FULL), ShipStrategy.FORWARD);
    bed.fail(all.get(0), "com.example.Boom");
    all.stream().skip(1).forEach(each -> bed.report(each, ExecutionState.CANCELED));
    assertThat(bed.executions()).allMatch(each -> each.getAttemptId().attemptNumber() == 1);
  }

  @Test
  void aRestartWaitsForItsDelayAndForItsTasks() {
    List<Execution> all = start(DELAYED, ShipStrategy.HASH);
    bed.fail(all.get(0), "com.example.Boom");
    bed.report(all.get(1), ExecutionState.CANCELED);
    bed.report(all.get(2), ExecutionState.CANCELED);
    bed.runFor(Duration.ofSeconds(2));
    assertThat(bed.executions()).isEqualTo(all);
    bed.report(all.get(3), ExecutionState.CANCELED);
    assertThat(bed.executions()).allMatch(each -> each.getAttemptId().attemptNumber() == 1);

    List<Execution> second = bed.executions();
    bed.reportAllRunning();
    bed.fail(second.get(0), "com.example.Boom");
    second.stream().skip(1).forEach(each -> bed.report(each, ExecutionState.CANCELED));
    bed.runFor(Duration.ofMillis(900));
    assertThat(bed.executions()).isEqualTo(second);
    bed.runFor(Duration.ofMillis(200));
    assertThat(bed.executions()).allMatch(each -> each.getAttemptId().attemptNumber() == 2);
  }

  @Test
  void whenNoRestartIsLeftTheJobFailsWithItsLastCause() {
    start(AT_ONCE, ShipStrategy.HASH);
    for (int i = 0; i < 2; i++) {
      bed.restartOnce();
    }
    bed.fail(bed.executions().get(1), "com.example.Last");
    assertThat(bed.status()).isEqualTo(JobStatus.FAILING);
    bed.executions().stream()
        .filter(each -> !each.getState().isTerminal())
        .forEach(each -> bed.report(each, ExecutionState.CANCELED));
    assertThat(bed.status()).isEqualTo(JobStatus.FAILED);
    assertThat(bed.scheduler().requestJob().failure().exception().rootCause().className())
        .isEqualTo("com.example.Last");
    assertThat(bed.scheduler().requestJob().exceptionHistory())
        .extracting(entry -> entry.exception().className())
        .containsExactly("com.example.Boom", "com.example.Boom", "com.example.Last");
  }

  @Test
  void anUnrecoverableErrorIsNotRetried() {
    List<Execution> all = start(AT_ONCE, ShipStrategy.HASH);
    bed.fail(all.get(0), "org.stellwerk.task.SuppressRestartsException");
    assertThat(bed.status()).isEqualTo(JobStatus.FAILING);
  }

  @Test
  void theTasksOfALostTaskManagerAreOneIncidentAndMoveToASpareSlot() {
    List<Execution> all = start(AT_ONCE, ShipStrategy.FORWARD);
    bed.lose(1);
    assertThat(all.get(0).getState().isTerminal()).isTrue();
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.executions().get(0).getState()).isEqualTo(ExecutionState.SCHEDULED);
    bed.offerSlot(3);
    assertThat(bed.gateway(3).submitted)
        .extracting(task -> task.taskNameWithSubtask())
        .containsExactly("source (1/2)", "sink (1/2)");
    assertThat(bed.gateway(3).submitted.get(1).producers().get(0).taskManagers())
        .containsExactly(TestGraphs.location(3), TestGraphs.location(2));
    assertThat(bed.scheduler().requestJob().numberOfRestarts()).isEqualTo(1);
    ExceptionHistoryEntry incident = bed.scheduler().requestJob().exceptionHistory().get(0);
    assertThat(incident.exception().message()).contains("tm-1 at host-1:7001 was lost");
    assertThat(incident.taskName()).isEqualTo("source (1/2) - execution #0");
    assertThat(incident.concurrent())
        .extracting(ExceptionHistoryEntry::taskName)
        .containsExactly("sink (1/2) - execution #0");
  }

  @Test
  void aFreedSlotGoesToTheRegionThatHasWaitedLongest() {
    List<Execution> all = start(AT_ONCE, ShipStrategy.FORWARD);
    bed.lose(1);
    bed.fail(all.get(1), "com.example.Boom");
    bed.report(all.get(3), ExecutionState.CANCELED);
    List<Execution> now = bed.executions();
    assertThat(now)
        .extracting(Execution::getState)
        .containsExactly(
            ExecutionState.DEPLOYING,
            ExecutionState.SCHEDULED,
            ExecutionState.DEPLOYING,
            ExecutionState.SCHEDULED);
    assertThat(now.get(0).getLocation()).isEqualTo(TestGraphs.location(2));
    bed.offerSlot(3);
    assertThat(now.get(1).getLocation()).isEqualTo(TestGraphs.location(3));
  }

  @Test
  void theEndOfATaskManagerThatWasAskedForCountsForNothingAndWaitsForNothing() {
    start(DELAYED.with(RestartStrategyOptions.FIXED_DELAY_ATTEMPTS, 0), ShipStrategy.HASH);
    bed.loseAndCancelRest(1, TaskManagerLoss.ended("it was asked to end"));
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.executions()).allMatch(each -> each.getAttemptId().attemptNumber() == 1);
    assertThat(bed.scheduler().requestJob().exceptionHistory())
        .extracting(entry -> entry.exception().message())
        .containsExactly("TaskManager tm-1 at host-1:7001 has left: it was asked to end");
  }

  @Test
  void aRestartThatGetsNoSlotsInTimeFailsTheJob() {
    start(AT_ONCE, ShipStrategy.HASH);
    bed.loseAndCancelRest(1);
    bed.pool().notifyNotEnoughResourcesAvailable(1, 1);
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    bed.runFor(SchedulerBed.SLOT_TIMEOUT.plusSeconds(1));
    assertThat(bed.status()).isEqualTo(JobStatus.FAILED);
    assertThat(bed.scheduler().requestJob().failure().exception().message())
        .contains("asked for 2, available were 1");
  }

  @Test
  void whatFailsWhileARestartWaitsBelongsToItsIncident() {
    List<Execution> all = start(AT_ONCE, ShipStrategy.HASH);
    bed.fail(all.get(2), "org.stellwerk.runtime.io.ProducerFailedException");
    bed.fail(all.get(0), "com.example.Boom");
    bed.report(all.get(1), ExecutionState.CANCELED);
    bed.report(all.get(3), ExecutionState.CANCELED);
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    List<ExceptionHistoryEntry> history = bed.scheduler().requestJob().exceptionHistory();
    assertThat(history).hasSize(1);
    assertThat(history.get(0).exception().className()).isEqualTo("com.example.Boom");
    assertThat(history.get(0).concurrent())
        .extracting(entry -> entry.exception().className())
        .containsExactly("org.stellwerk.runtime.io.ProducerFailedException");
  }

  @Test
  void aReportOfAnEarlierAttemptIsRefused() {
    List<Execution> all = start(AT_ONCE, ShipStrategy.HASH);
    bed.restartOnce();
    assertThat(bed.update(all.get(1), ExecutionState.FAILED)).isFalse();
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
  }

  @Test
  void cancellingWhileARestartWaitsEndsCanceled() {
    List<Execution> all = start(DELAYED, ShipStrategy.HASH);
    bed.fail(all.get(0), "com.example.Boom");
    all.stream().skip(1).forEach(each -> bed.report(each, ExecutionState.CANCELED));
    assertThat(bed.status()).isEqualTo(JobStatus.RESTARTING);
    bed.scheduler().cancel();
    assertThat(bed.status()).isEqualTo(JobStatus.CANCELED);
    bed.runFor(Duration.ofSeconds(5));
    assertThat(bed.executions()).isEqualTo(all);
  }

  @Test
  void aFinishedTaskOfTheRegionIsStartedAgainToo() {
    List<Execution> all = start(AT_ONCE, ShipStrategy.HASH);
    bed.report(all.get(0), ExecutionState.FINISHED);
    bed.fail(all.get(1), "com.example.Boom");
    bed.report(all.get(2), ExecutionState.CANCELED);
    bed.report(all.get(3), ExecutionState.CANCELED);
    assertThat(bed.executions()).allMatch(each -> each.getAttemptId().attemptNumber() == 1);
  }

  @Test
  void aTaskThatDoesNotEndIsNotWaitedForAndItsSlotIsNotUsedAgain() {
    List<Execution> all = start(AT_ONCE, ShipStrategy.FORWARD);
    bed.fail(all.get(0), "com.example.Boom");
    assertThat(all.get(2).getState()).isEqualTo(ExecutionState.CANCELING);
    bed.stuck(all.get(2));
    assertThat(all.get(2).getState()).isEqualTo(ExecutionState.CANCELED);
    assertThat(bed.pool().numberOfSlots()).isEqualTo(1);
    assertThat(bed.pool().requiredResources()).isEqualTo(2);
    assertThat(bed.executions().get(0).getState()).isEqualTo(ExecutionState.SCHEDULED);
    assertThat(bed.executions().get(1)).isSameAs(all.get(1));

    bed.offerSlot(3);
    assertThat(bed.executions().get(0).getState()).isEqualTo(ExecutionState.DEPLOYING);
    assertThat(bed.executions().get(0).getLocation()).isEqualTo(TestGraphs.location(3));
    ExceptionHistoryEntry incident = bed.scheduler().requestJob().exceptionHistory().get(0);
    assertThat(incident.exception().className()).contains("Boom");
    assertThat(incident.concurrent())
        .singleElement()
        .satisfies(
            other -> {
              assertThat(other.exception().className()).isEqualTo("com.example.Stuck");
              assertThat(other.exception().stackTrace()).contains("at loop");
              assertThat(other.attemptId()).isEqualTo(all.get(2).getAttemptId());
            });
  }

  @Test
  void aCancelledJobDoesNotWaitForATaskThatDoesNotEnd() {
    List<Execution> all = start(AT_ONCE, ShipStrategy.FORWARD);
    bed.scheduler().cancel();
    bed.report(all.get(1), ExecutionState.CANCELED);
    bed.report(all.get(3), ExecutionState.CANCELED);
    bed.report(all.get(0), ExecutionState.CANCELED);
    bed.stuck(all.get(2));
    assertThat(bed.status()).isEqualTo(JobStatus.CANCELED);
  }
}
