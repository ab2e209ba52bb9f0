package org.stellwerk.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.RestartStrategyOptions;

class StagedJobsTest {

  private final SchedulerBed bed = new SchedulerBed();

  private void start(int sources, int sinks, ShipStrategy strategy) {
    start(TestGraphs.staged(1, sources, sinks, strategy));
  }

  private void start(JobGraph graph) {
    bed.start(
        graph,
        Configuration.empty()
            .with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.FIXED_DELAY)
            .with(RestartStrategyOptions.FIXED_DELAY_DELAY, Duration.ofSeconds(1))
            .with(RestartStrategyOptions.FIXED_DELAY_ATTEMPTS, 10));
  }

  @AfterEach
  void nothingIsBroken() {
    bed.checkInvariants();
  }

  private List<String> states() {
    return bed.executions().stream().map(each -> each.getState().name()).toList();
  }

  private List<String> attempts() {
    return bed.executions().stream()
        .map(each -> each.getState() + "#" + each.getAttemptId().attemptNumber())
        .toList();
  }

  private Execution execution(int index) {
    return bed.executions().get(index);
  }

  private void finish(int index) {
    bed.report(execution(index), ExecutionState.FINISHED);
  }

  @Test
  void consumersBeginWhenAllTheirProducersHaveFinished() {
    start(2, 1, ShipStrategy.HASH);
    assertThat(bed.pool().requiredResources()).isEqualTo(2);
    bed.offerSlot(1);
    bed.offerSlot(2);
    assertThat(states()).containsExactly("DEPLOYING", "DEPLOYING", "CREATED");
    finish(0);
    assertThat(states()).containsExactly("FINISHED", "DEPLOYING", "CREATED");
    finish(1);
    assertThat(states()).containsExactly("FINISHED", "FINISHED", "DEPLOYING");
    assertThat(bed.pool().requiredResources()).isEqualTo(1);
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    finish(2);
    assertThat(bed.status()).isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void consumersAreToldWhereTheResultsAre() {
    start(2, 2, ShipStrategy.HASH);
    bed.offerSlot(1);
    bed.offerSlot(2);
    finish(0);
    finish(1);
    var producers = bed.gateway(1).submitted.get(1).producers().get(0);
    assertThat(producers.size()).isEqualTo(2);
    for (int i = 0; i < 2; i++) {
      assertThat(producers.get(i).location()).isEqualTo(TestGraphs.location(i + 1));
      assertThat(producers.get(i).attemptId()).isEqualTo(execution(i).getAttemptId());
    }
  }

  /** The task that was deployed runs on there: the TaskExecutor only hears that its leader ends. */
  @Test
  void whoWaitsIsNotDeployedWhileTheJobIsSuspended() {
    start(2, 1, ShipStrategy.HASH);
    bed.offerSlot(1);
    assertThat(states()).containsExactly("DEPLOYING", "SCHEDULED", "CREATED");
    bed.scheduler().suspend("test");
    assertThat(states()).containsExactly("CANCELED", "CANCELED", "CANCELED");
    bed.runFor(Duration.ZERO);
    assertThat(bed.gateway(1).submitted).hasSize(1);
  }

  /** A source, and what reads from it when it has finished: four tasks in two slots. */
  private static JobGraph withWideConsumers() {
    JobVertexID last = new JobVertexID(new UUID(9, 3));
    return new JobGraph(
        TestGraphs.jobId(1),
        "wide",
        List.of(
            TestGraphs.vertex(TestGraphs.SOURCE, "source", 1),
            TestGraphs.vertex(TestGraphs.SINK, "middle", 2),
            TestGraphs.vertex(last, "last", 2)),
        List.of(
            new JobEdge(
                TestGraphs.SOURCE,
                TestGraphs.SINK,
                ShipStrategy.HASH,
                ResultPartitionType.BLOCKING),
            new JobEdge(TestGraphs.SINK, last, ShipStrategy.HASH)),
        Map.of(),
        List.of());
  }

  /** Its consumers wait for a second slot; then the source's result is lost, and made again. */
  private void makeConsumersWaitTwice() {
    start(withWideConsumers());
    bed.offerSlot(1);
    finish(0);
    assertThat(attempts()).startsWith("FINISHED#0", "SCHEDULED#0");
    bed.runFor(HALF_OF_THE_TIME);
    bed.lose(1);
    bed.runFor(Duration.ofSeconds(1));
    bed.offerSlot(2);
    assertThat(attempts()).startsWith("DEPLOYING#1");
    finish(0);
    assertThat(attempts()).startsWith("FINISHED#1", "SCHEDULED#1");
  }

  private static final Duration HALF_OF_THE_TIME = SchedulerBed.SLOT_TIMEOUT.dividedBy(2);

  @Test
  void whoWaitsInThePlaceOfAnotherHasTheWholeTimeForIt() {
    makeConsumersWaitTwice();
    assertThat(bed.pool().snapshot().requests()).isEqualTo(1);
    bed.runFor(SchedulerBed.SLOT_TIMEOUT.minusSeconds(1));
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    bed.offerSlot(3);
    assertThat(attempts())
        .containsExactly("FINISHED#1", "DEPLOYING#1", "DEPLOYING#1", "DEPLOYING#1", "DEPLOYING#1");
  }

  @Test
  void butNoMoreThanThat() {
    makeConsumersWaitTwice();
    bed.runFor(SchedulerBed.SLOT_TIMEOUT);
    assertThat(bed.status()).isEqualTo(JobStatus.FAILED);
  }

  @Test
  void aPointwiseConsumerWaitsForItsOwnProducerOnly() {
    start(2, 2, ShipStrategy.FORWARD);
    bed.offerSlot(1);
    bed.offerSlot(2);
    finish(1);
    assertThat(states()).containsExactly("DEPLOYING", "FINISHED", "CREATED", "DEPLOYING");
  }

  @Test
  void regionsRunOneAfterTheOtherWhereThereAreTooFewSlots() {
    start(3, 2, ShipStrategy.HASH);
    assertThat(bed.pool().requiredResources()).isEqualTo(3);
    bed.pool().notifyNotEnoughResourcesAvailable(1, 1);
    bed.offerSlot(1);
    assertThat(states())
        .containsExactly("DEPLOYING", "SCHEDULED", "SCHEDULED", "CREATED", "CREATED");
    finish(0);
    finish(1);
    bed.runFor(SchedulerBed.SLOT_TIMEOUT.multipliedBy(3));
    assertThat(states()).containsExactly("FINISHED", "FINISHED", "DEPLOYING", "CREATED", "CREATED");
    finish(2);
    assertThat(states())
        .containsExactly("FINISHED", "FINISHED", "FINISHED", "DEPLOYING", "SCHEDULED");
    bed.runFor(SchedulerBed.SLOT_TIMEOUT.multipliedBy(3));
    finish(3);
    finish(4);
    assertThat(bed.status()).isEqualTo(JobStatus.FINISHED);
    assertThat(bed.gateway(1).submitted).hasSize(5);
  }

  @Test
  void aJobThatGetsNoSlotAtAllFailsAfterTheTimeout() {
    start(3, 2, ShipStrategy.HASH);
    bed.runFor(SchedulerBed.SLOT_TIMEOUT.plusSeconds(1));
    assertThat(bed.status()).isEqualTo(JobStatus.FAILED);
  }

  private void runToSecondStage() {
    start(2, 2, ShipStrategy.HASH);
    bed.offerSlot(1);
    bed.offerSlot(2);
    finish(0);
    finish(1);
    bed.reportAllRunning();
  }

  @Test
  void aFailedConsumerStartsAgainAlone() {
    runToSecondStage();
    bed.fail(execution(2), "com.example.Boom");
    bed.runFor(Duration.ofSeconds(2));
    assertThat(attempts()).containsExactly("FINISHED#0", "FINISHED#0", "DEPLOYING#1", "RUNNING#0");
  }

  @Test
  void aLostTaskManagerWithResultsIsMissedByWhoHasNotReadThem() {
    start(2, 2, ShipStrategy.HASH);
    bed.offerSlot(1);
    bed.offerSlot(2);
    bed.reportAllRunning();
    finish(0);
    bed.lose(1);
    assertThat(bed.status()).isEqualTo(JobStatus.RESTARTING);
    bed.runFor(Duration.ofSeconds(2));
    assertThat(attempts()).containsExactly("SCHEDULED#1", "RUNNING#0", "CREATED#0", "CREATED#0");
    finish(1);
    assertThat(attempts()).containsExactly("DEPLOYING#1", "FINISHED#0", "CREATED#0", "CREATED#0");
    finish(0);
    assertThat(attempts())
        .containsExactly("FINISHED#1", "FINISHED#0", "DEPLOYING#0", "SCHEDULED#0");
  }

  @Test
  void whatEverybodyHasReadIsNotMissed() {
    runToSecondStage();
    finish(3);
    bed.lose(2);
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    finish(2);
    assertThat(bed.status()).isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void aConsumerThatFailsAfterTheLossTakesTheProducerAlong() {
    runToSecondStage();
    finish(3);
    bed.lose(2);
    bed.fail(execution(2), "com.example.Boom");
    bed.runFor(Duration.ofSeconds(2));
    assertThat(attempts()).containsExactly("FINISHED#0", "DEPLOYING#1", "CREATED#1", "CREATED#1");
  }

  @Test
  void aResultThatOnlyTheConsumerMissesIsMadeAgain() {
    runToSecondStage();
    var missing = execution(0).getAttemptId();
    bed.failMissing(execution(2), missing);
    assertThat(states()).containsExactly("FINISHED", "FINISHED", "FAILED", "CANCELING");
    bed.report(execution(3), ExecutionState.CANCELED);
    bed.runFor(Duration.ofSeconds(2));
    assertThat(attempts()).containsExactly("DEPLOYING#1", "FINISHED#0", "CREATED#1", "CREATED#1");
    assertThat(bed.useless()).containsExactly(missing);
    finish(0);
    assertThat(attempts())
        .containsExactly("FINISHED#1", "FINISHED#0", "DEPLOYING#1", "DEPLOYING#1");
  }

  @Test
  void aMissingResultOfAnEarlierAttemptIsNoNews() {
    runToSecondStage();
    var first = execution(0).getAttemptId();
    bed.failMissing(execution(2), first);
    bed.report(execution(3), ExecutionState.CANCELED);
    bed.runFor(Duration.ofSeconds(2));
    finish(0);
    bed.failMissing(execution(2), first);
    bed.runFor(Duration.ofSeconds(2));
    assertThat(attempts())
        .containsExactly("FINISHED#1", "FINISHED#0", "DEPLOYING#2", "DEPLOYING#1");
  }

  @Test
  void aCancelledJobStartsNoFurtherStage() {
    start(2, 2, ShipStrategy.HASH);
    bed.offerSlot(1);
    bed.offerSlot(2);
    finish(0);
    bed.scheduler().cancel();
    finish(1);
    assertThat(states()).containsExactly("FINISHED", "FINISHED", "CANCELED", "CANCELED");
    assertThat(bed.status()).isEqualTo(JobStatus.CANCELED);
  }
}
