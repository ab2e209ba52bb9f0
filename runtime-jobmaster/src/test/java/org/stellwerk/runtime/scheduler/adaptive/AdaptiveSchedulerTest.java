package org.stellwerk.runtime.scheduler.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.options.AdaptiveSchedulerOptions;
import org.stellwerk.runtime.options.RestartStrategyOptions;

/** Jobs of a source and a sink that want 4 slots; TaskManagers have 2. */
class AdaptiveSchedulerTest {

  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final Duration STABLE = Duration.ofSeconds(10);
  private static final Duration COOLDOWN = Duration.ofSeconds(30);
  private static final Duration STABLE_EXECUTING = Duration.ofSeconds(20);

  private final Configuration configuration =
      Configuration.empty()
          .with(AdaptiveSchedulerOptions.RESOURCE_WAIT_TIMEOUT, WAIT)
          .with(AdaptiveSchedulerOptions.SUBMISSION_STABILIZATION_TIMEOUT, STABLE)
          .with(AdaptiveSchedulerOptions.COOLDOWN, COOLDOWN)
          .with(AdaptiveSchedulerOptions.EXECUTING_STABILIZATION_TIMEOUT, STABLE_EXECUTING);

  private final AdaptiveBed bed = new AdaptiveBed();

  @AfterEach
  void nothingIsBroken() {
    bed.checkInvariants();
  }

  private void start() {
    start(configuration);
  }

  private void start(Configuration with) {
    bed.start(TestGraphs.pipeline(1, 4, 4), with);
  }

  /** Runs with 2 of the 4 slots that it wants. */
  private void runInTwoSlots() {
    start();
    bed.join(1, 2);
    bed.runFor(STABLE);
    bed.allRun();
    assertThat(bed.tasks()).isEqualTo(4);
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
  }

  /** Runs with the 4 slots that it wants. */
  private void runInFourSlots(Configuration with) {
    start(with);
    bed.join(1, 2);
    bed.join(2, 2);
    bed.allRun();
    assertThat(bed.tasks()).isEqualTo(8);
  }

  @Test
  void theMostIsDeclaredAndWhenItIsThereTheJobStartsAtOnce() {
    start();
    assertThat(bed.pool().requiredResources()).isEqualTo(4);
    assertThat(bed.status()).isEqualTo(JobStatus.CREATED);
    bed.join(1, 2);
    assertThat(bed.state()).isEqualTo(AdaptiveState.WAITING_FOR_RESOURCES);
    bed.join(2, 2);
    assertThat(bed.state()).isEqualTo(AdaptiveState.EXECUTING);
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.submitted()).containsEntry(1, 4).containsEntry(2, 4);
    bed.reportAll(ExecutionState.DEPLOYING, ExecutionState.FINISHED);
    assertThat(bed.status()).isEqualTo(JobStatus.FINISHED);
    assertThat(bed.states)
        .containsExactly(
            AdaptiveState.WAITING_FOR_RESOURCES, AdaptiveState.EXECUTING, AdaptiveState.FINISHED);
  }

  @Test
  void withFewerSlotsItStartsWhenNoMoreHaveComeForAWhile() {
    start();
    bed.join(1, 2);
    bed.runFor(STABLE.minus(AdaptiveBed.TICK));
    assertThat(bed.status()).isEqualTo(JobStatus.CREATED);
    bed.runFor(AdaptiveBed.TICK);
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.parallelism(TestGraphs.SOURCE)).isEqualTo(2);
    assertThat(bed.parallelism(TestGraphs.SINK)).isEqualTo(2);
  }

  @Test
  void aTaskManagerThatIsLostWhileTheJobWaitsDoesNotCount() {
    start();
    bed.join(1, 2);
    bed.lose(1);
    bed.runFor(STABLE);
    assertThat(bed.status()).isEqualTo(JobStatus.CREATED);
    bed.join(2, 2);
    bed.runFor(STABLE);
    assertThat(bed.submitted()).containsEntry(1, 0).containsEntry(2, 4);
  }

  @Test
  void withTooFewSlotsForTheLowerBoundsItFailsInTheEnd() {
    start();
    bed.scheduler().updateResourceRequirements(bed.bounds(3, 4));
    bed.join(1, 2);
    bed.runFor(WAIT);
    assertThat(bed.status()).isEqualTo(JobStatus.FAILED);
    ArchivedExecutionGraph job = bed.scheduler().requestJob();
    assertThat(job.failure().exception().describe())
        .contains("needs at least 3")
        .contains("available were 2")
        .contains("60000 ms")
        .contains(AdaptiveSchedulerOptions.RESOURCE_WAIT_TIMEOUT.key());
    assertThat(job.exceptionHistory()).hasSize(1);
  }

  @Test
  void aTaskManagerThatJoinsLetsItGrowOnceItHasRunForAWhile() {
    runInTwoSlots();
    ExecutionAttemptID first = bed.attempts(ExecutionState.RUNNING).get(0);
    bed.join(2, 2);
    bed.runFor(COOLDOWN.minus(AdaptiveBed.TICK));
    assertThat(bed.state()).isEqualTo(AdaptiveState.EXECUTING);
    bed.runFor(AdaptiveBed.TICK);
    assertThat(bed.status()).isEqualTo(JobStatus.RESTARTING);
    assertThat(bed.attempts(ExecutionState.CANCELING)).hasSize(4);
    bed.allCanceled();
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.tasks()).isEqualTo(8);
    assertThat(bed.submitted()).containsEntry(2, 4);
    ExecutionAttemptID next = bed.attempts(ExecutionState.DEPLOYING).get(0);
    assertThat(next.executionVertexId()).isEqualTo(first.executionVertexId());
    assertThat(next.executionGraphId()).isEqualTo(first.executionGraphId());
    assertThat(next.attemptNumber()).isEqualTo(first.attemptNumber() + 1);
    ArchivedExecutionGraph job = bed.scheduler().requestJob();
    assertThat(job.numberOfRestarts()).isEqualTo(1);
    assertThat(job.exceptionHistory()).isEmpty();
  }

  @Test
  void aPartOfWhatItWantsLetsItGrowWhenNoMoreComes() {
    runInTwoSlots();
    bed.runFor(COOLDOWN);
    bed.join(2, 1);
    bed.runFor(STABLE_EXECUTING.minus(AdaptiveBed.TICK));
    assertThat(bed.state()).isEqualTo(AdaptiveState.EXECUTING);
    bed.runFor(AdaptiveBed.TICK);
    bed.allCanceled();
    assertThat(bed.tasks()).isEqualTo(6);
  }

  @Test
  void lessThanTheLeastIncreaseIsNotWorthARestart() {
    start(configuration.with(AdaptiveSchedulerOptions.MIN_PARALLELISM_INCREASE, 3));
    bed.join(1, 2);
    bed.runFor(STABLE);
    bed.allRun();
    bed.join(2, 1);
    bed.runFor(Duration.ofMinutes(5));
    assertThat(bed.tasks()).isEqualTo(4);
    bed.join(3, 1);
    bed.allCanceled();
    assertThat(bed.tasks()).isEqualTo(8);
  }

  @Test
  void aTaskManagerThatIsLostLetsItShrinkAndGrowAgain() {
    runInFourSlots(configuration);
    bed.loseAndCancelRest(2);
    assertThat(bed.status()).isEqualTo(JobStatus.RESTARTING);
    assertThat(bed.state()).isEqualTo(AdaptiveState.WAITING_FOR_RESOURCES);
    bed.runFor(STABLE);
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.tasks()).isEqualTo(4);
    bed.allRun();
    bed.join(3, 2);
    bed.runFor(COOLDOWN);
    bed.allCanceled();
    assertThat(bed.tasks()).isEqualTo(8);
    assertThat(bed.scheduler().requestJob().exceptionHistory()).hasSize(1);
  }

  @Test
  void aTaskManagerThatComesBackInTimeCostsNoParallelism() {
    runInFourSlots(configuration);
    bed.loseAndCancelRest(2);
    bed.join(3, 2);
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.tasks()).isEqualTo(8);
  }

  @Test
  void afterAFailureItWaitsForNoMoreSlotsThanItHad() {
    runInTwoSlots();
    bed.failOne();
    assertThat(bed.status()).isEqualTo(JobStatus.RESTARTING);
    bed.allCanceled();
    bed.runFor(Duration.ofMillis(200));
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.tasks()).isEqualTo(4);
    assertThat(bed.scheduler().requestJob().exceptionHistory())
        .singleElement()
        .satisfies(
            entry -> assertThat(entry.exception().className()).isEqualTo("com.example.Boom"));
  }

  @Test
  void theRestartStrategyDecidesWhetherAFailureIsTheEnd() {
    runInFourSlots(
        configuration.with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.NONE));
    bed.failOne();
    assertThat(bed.status()).isEqualTo(JobStatus.FAILING);
    bed.allCanceled();
    assertThat(bed.status()).isEqualTo(JobStatus.FAILED);
    assertThat(bed.scheduler().requestJob().failure().exception().describe()).contains("as told");
  }

  @Test
  void rescalingIsNoFailureForTheRestartStrategy() {
    start(configuration.with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.NONE));
    bed.join(1, 2);
    bed.runFor(STABLE);
    bed.allRun();
    bed.join(2, 2);
    bed.runFor(COOLDOWN);
    List<ExecutionAttemptID> canceling = bed.attempts(ExecutionState.CANCELING);
    bed.report(canceling.get(0), ExecutionState.FAILED, null);
    bed.allCanceled();
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.tasks()).isEqualTo(8);
    assertThat(bed.scheduler().requestJob().exceptionHistory()).hasSize(1);
  }

  @Test
  void higherBoundsAreDeclaredAndTakeEffectWithoutCoolingDown() {
    runInFourSlots(configuration);
    bed.scheduler().updateResourceRequirements(bed.bounds(1, 6));
    assertThat(bed.pool().requiredResources()).isEqualTo(6);
    assertThat(bed.state()).isEqualTo(AdaptiveState.EXECUTING);
    bed.join(3, 2);
    assertThat(bed.status()).isEqualTo(JobStatus.RESTARTING);
    bed.allCanceled();
    assertThat(bed.tasks()).isEqualTo(12);
  }

  @Test
  void lowerBoundsTakeEffectAtOnceAndSlotsAreGivenBack() {
    runInFourSlots(configuration);
    bed.scheduler().updateResourceRequirements(bed.bounds(1, 3));
    assertThat(bed.status()).isEqualTo(JobStatus.RESTARTING);
    bed.allCanceled();
    assertThat(bed.tasks()).isEqualTo(6);
    bed.runFor(AdaptiveBed.IDLE_TIMEOUT);
    assertThat(bed.pool().numberOfSlots()).isEqualTo(3);
    assertThat(bed.scheduler().requestResourceRequirements()).isEqualTo(bed.bounds(1, 3));
  }

  @Test
  void boundsThatCannotBeMetYetLeaveTheJobAsItIs() {
    runInTwoSlots();
    bed.scheduler().updateResourceRequirements(bed.bounds(3, 4));
    bed.runFor(Duration.ofMinutes(10));
    assertThat(bed.state()).isEqualTo(AdaptiveState.EXECUTING);
    assertThat(bed.tasks()).isEqualTo(4);
    bed.join(2, 1);
    bed.allCanceled();
    assertThat(bed.tasks()).isEqualTo(6);
  }

  @Test
  void whatIsDoneIsNotDoneAgainForTheSakeOfMoreTasks() {
    runInTwoSlots();
    bed.report(bed.attempts(ExecutionState.RUNNING).get(0), ExecutionState.FINISHED, null);
    bed.join(2, 2);
    bed.runFor(Duration.ofMinutes(10));
    assertThat(bed.state()).isEqualTo(AdaptiveState.EXECUTING);
    bed.reportAll(ExecutionState.RUNNING, ExecutionState.FINISHED);
    assertThat(bed.status()).isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void aJobThatIsToMoveDoesSoWithItsParallelismOnceThereAreSlotsElsewhere() {
    runInFourSlots(configuration);
    bed.drain(2);
    assertThat(bed.state()).isEqualTo(AdaptiveState.EXECUTING);
    bed.join(3, 2);
    assertThat(bed.status()).isEqualTo(JobStatus.RESTARTING);
    bed.allCanceled();
    assertThat(bed.tasks()).isEqualTo(8);
    assertThat(bed.submitted()).containsEntry(1, 8).containsEntry(2, 4).containsEntry(3, 4);
    assertThat(bed.scheduler().requestJob().exceptionHistory()).isEmpty();
  }

  @Test
  void aJobThatIsToMoveGoesOnWithFewerSlotsIfThereAreNoOthers() {
    runInFourSlots(configuration);
    bed.drain(2);
    bed.runFor(STABLE_EXECUTING.minus(AdaptiveBed.TICK));
    assertThat(bed.state()).isEqualTo(AdaptiveState.EXECUTING);
    bed.runFor(AdaptiveBed.TICK);
    bed.allCanceled();
    bed.runFor(STABLE);
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.tasks()).isEqualTo(4);
    assertThat(bed.submitted()).containsEntry(1, 8).containsEntry(2, 4);
  }

  @Test
  void aTaskThatDoesNotEndIsNotWaitedFor() {
    runInFourSlots(configuration);
    bed.failOne();
    bed.stuck(bed.attempts(ExecutionState.CANCELING).get(0));
    bed.allCanceled();
    bed.runFor(STABLE.plusSeconds(1));
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.tasks()).isEqualTo(6);
    assertThat(bed.scheduler().requestJob().exceptionHistory())
        .singleElement()
        .satisfies(entry -> assertThat(entry.concurrent()).hasSize(1));
  }

  /** Else it would lose the slots of these tasks each time that they come back. */
  @Test
  void aJobWhoseTasksDidNotEndForARescalingGrowsNoMoreUntilItFails() {
    runInTwoSlots();
    bed.join(2, 2);
    bed.runFor(COOLDOWN);
    bed.stuck(bed.attempts(ExecutionState.CANCELING).get(0));
    bed.allCanceled();
    bed.runFor(STABLE);
    bed.allRun();
    assertThat(bed.tasks()).isEqualTo(6);
    bed.join(3, 1);
    bed.runFor(Duration.ofMinutes(5));
    assertThat(bed.tasks()).isEqualTo(6);
    assertThat(bed.scheduler().possibleTasks()).isEqualTo(6);
    bed.failOne();
    bed.allCanceled();
    bed.runFor(STABLE);
    assertThat(bed.tasks()).isEqualTo(8);
  }

  @Test
  void aReportOfAnAttemptBeforeTheRescalingIsNotWanted() {
    runInTwoSlots();
    ExecutionAttemptID old = bed.attempts(ExecutionState.RUNNING).get(0);
    bed.join(2, 2);
    bed.runFor(COOLDOWN);
    bed.allCanceled();
    assertThat(
            bed.scheduler()
                .updateTaskExecutionState(
                    new TaskExecutionState(
                        TestGraphs.jobId(1), old, ExecutionState.FINISHED, null, IOMetrics.ZERO)))
        .isFalse();
  }

  @Test
  void aJobThatWaitsIsShownWithTheTasksThatItWants() {
    start();
    assertThat(bed.scheduler().requestJob().vertices())
        .allSatisfy(vertex -> assertThat(vertex.parallelism()).isEqualTo(4));
  }
}
