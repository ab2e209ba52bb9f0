package org.stellwerk.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.JobReport.HeldExecution;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.options.RestartStrategyOptions;

/** A scheduler takes over a job that ran under an earlier leader. */
class TakeoverTest {

  private static final ExecutionGraphId FORMER = new ExecutionGraphId(new UUID(7, 7));
  private static final Duration WINDOW = Duration.ofSeconds(15);
  private static final Configuration RESTARTS =
      Configuration.empty()
          .with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.FIXED_DELAY)
          .with(RestartStrategyOptions.FIXED_DELAY_DELAY, Duration.ofSeconds(1))
          .with(RestartStrategyOptions.FIXED_DELAY_ATTEMPTS, 2);

  private final SchedulerBed bed = new SchedulerBed();

  @AfterEach
  void nothingIsBroken() {
    bed.checkInvariants();
  }

  private void recover(JobGraph graph) {
    recover(graph, JobProgress.none(graph.jobId()));
  }

  private void recover(JobGraph graph, JobProgress progress) {
    bed.recovered = Optional.of(progress);
    bed.start(graph, RESTARTS);
  }

  private static JobProgress progress(JobGraph graph, VertexProgress... vertices) {
    return new JobProgress(graph.jobId(), false, 1, List.of(), List.of(vertices));
  }

  private static ExecutionAttemptID attempt(JobVertexID vertex, int subtask, int number) {
    return new ExecutionAttemptID(FORMER, new ExecutionVertexID(vertex, subtask), number);
  }

  private static HeldExecution running(int taskManager, ExecutionAttemptID attempt) {
    return new HeldExecution(
        attempt, ExecutionState.RUNNING, IOMetrics.ZERO, TestGraphs.allocation(taskManager));
  }

  private static HeldExecution ended(ExecutionAttemptID attempt, ExecutionState state) {
    return new HeldExecution(attempt, state, IOMetrics.ZERO, null);
  }

  /** TaskManager n registers, with slot 0 as allocation n. */
  private Adoption report(int taskManager, HeldExecution... executions) {
    bed.pool().registerTaskManager(TestGraphs.taskManager(taskManager));
    return bed.scheduler()
        .adopt(
            TestGraphs.location(taskManager),
            bed.gateway(taskManager),
            new JobReport(
                List.of(new SlotOffer(TestGraphs.allocation(taskManager), 0)),
                List.of(executions)));
  }

  /** Source and sink of that number run on the TaskManager of the next number. */
  private Adoption reportPair(int subtask, int number) {
    return report(
        subtask + 1,
        running(subtask + 1, attempt(TestGraphs.SOURCE, subtask, number)),
        running(subtask + 1, attempt(TestGraphs.SINK, subtask, number)));
  }

  private List<String> attempts() {
    List<String> all = new ArrayList<>();
    bed.executions()
        .forEach(each -> all.add(each.getState() + "#" + each.getAttemptId().attemptNumber()));
    return all;
  }

  private void awaitTheEndOfTheWindow() {
    bed.runFor(WINDOW.plusMillis(1));
  }

  @Test
  void whatIsReportedGoesOnWithItsAttempt() {
    recover(TestGraphs.pipeline(1, 2, 2));
    assertThat(bed.status()).isEqualTo(JobStatus.RECONCILING);
    Adoption adopted = reportPair(0, 4);
    assertThat(adopted.slots()).containsExactly(TestGraphs.allocation(1));
    assertThat(adopted.attempts())
        .containsExactly(attempt(TestGraphs.SOURCE, 0, 4), attempt(TestGraphs.SINK, 0, 4));
    assertThat(bed.status()).isEqualTo(JobStatus.RECONCILING);
    reportPair(1, 4);
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(attempts()).containsExactly("RUNNING#4", "RUNNING#4", "RUNNING#4", "RUNNING#4");
    assertThat(bed.pool().requiredResources()).isEqualTo(2);
    awaitTheEndOfTheWindow();
    assertThat(bed.gateway(1).submitted).isEmpty();
    assertThat(bed.gateway(1).cancelled).isEmpty();
    assertThat(bed.scheduler().requestJob().numberOfRestarts()).isZero();
    bed.executions().forEach(each -> bed.report(each, ExecutionState.FINISHED));
    assertThat(bed.status()).isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void aRestartAfterwardsHasAttemptsThatNobodyElseHas() {
    recover(TestGraphs.single(1, 1));
    report(1, running(1, attempt(TestGraphs.SOURCE, 0, 4)));
    bed.fail(bed.executions().get(0), "com.example.Boom");
    bed.runFor(Duration.ofSeconds(1));
    ExecutionAttemptID next = bed.executions().get(0).getAttemptId();
    assertThat(next.attemptNumber()).isEqualTo(5);
    assertThat(next.executionGraphId()).isNotEqualTo(FORMER);
    assertThat(bed.scheduler().progress().vertices().get(0).attempts()).containsExactly(5);
  }

  @Test
  void aRegionOfWhichAPartIsMissingStartsAgainAsAWhole() {
    recover(TestGraphs.pipeline(1, 2, 2, ShipStrategy.FORWARD));
    reportPair(0, 0);
    report(2, running(2, attempt(TestGraphs.SOURCE, 1, 0)));
    awaitTheEndOfTheWindow();
    assertThat(attempts()).containsExactly("RUNNING#0", "CANCELING#0", "RUNNING#0", "FAILED#0");
    assertThat(bed.status()).isEqualTo(JobStatus.RESTARTING);
    bed.report(bed.executions().get(1), ExecutionState.CANCELED);
    bed.runFor(Duration.ofSeconds(1));
    assertThat(attempts()).containsExactly("RUNNING#0", "DEPLOYING#1", "RUNNING#0", "DEPLOYING#1");
  }

  @Test
  void aRegionThatIsMissingAltogetherStartsWithoutAnIncident() {
    recover(TestGraphs.pipeline(1, 2, 2, ShipStrategy.FORWARD));
    reportPair(0, 0);
    awaitTheEndOfTheWindow();
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
    bed.offerSlot(2);
    assertThat(attempts()).containsExactly("RUNNING#0", "DEPLOYING#1", "RUNNING#0", "DEPLOYING#1");
    assertThat(bed.scheduler().requestJob().exceptionHistory()).isEmpty();
  }

  @Test
  void aJobThatNobodyKnowsStartsAnew() {
    recover(TestGraphs.pipeline(1, 1, 1));
    assertThat(bed.pool().requiredResources()).isZero();
    awaitTheEndOfTheWindow();
    assertThat(bed.pool().requiredResources()).isEqualTo(1);
    bed.offerSlot(1);
    assertThat(attempts()).containsExactly("DEPLOYING#1", "DEPLOYING#1");
  }

  @Test
  void anAttemptOlderThanTheStoredOneIsNotTakenOver() {
    JobGraph graph = TestGraphs.single(1, 1);
    recover(graph, progress(graph, new VertexProgress(TestGraphs.SOURCE, List.of(3), List.of())));
    assertThat(report(1, running(1, attempt(TestGraphs.SOURCE, 0, 2))).attempts()).isEmpty();
    assertThat(bed.status()).isEqualTo(JobStatus.RECONCILING);
    assertThat(report(2, running(2, attempt(TestGraphs.SOURCE, 0, 3))).attempts()).hasSize(1);
    assertThat(attempts()).containsExactly("RUNNING#3");
  }

  @Test
  void ofTwoThatReportASubtaskTheFirstIsTakenOver() {
    recover(TestGraphs.pipeline(1, 2, 1));
    report(1, running(1, attempt(TestGraphs.SOURCE, 0, 0)));
    Adoption late = report(2, running(2, attempt(TestGraphs.SOURCE, 0, 0)));
    assertThat(late.attempts()).isEmpty();
  }

  @Test
  void whatHasFinishedDoesNotRunAgain() {
    JobGraph graph = TestGraphs.pipeline(1, 2, 1);
    recover(
        graph, progress(graph, new VertexProgress(TestGraphs.SOURCE, List.of(1, 0), List.of(0))));
    assertThat(attempts()).containsExactly("FINISHED#1", "CREATED#1", "CREATED#1");
    report(
        1,
        running(1, attempt(TestGraphs.SOURCE, 1, 0)),
        running(1, attempt(TestGraphs.SINK, 0, 0)));
    // Subtask 1 of the source shares no slot with subtask 0 of the sink.
    assertThat(attempts()).contains("FINISHED#1");
    assertThat(bed.scheduler().progress().vertices().get(0).isFinished(0)).isTrue();
  }

  @Test
  void anEndThatIsToldLaterIsWaitedForWithoutASlot() {
    recover(TestGraphs.pipeline(1, 1, 1));
    ExecutionAttemptID source = attempt(TestGraphs.SOURCE, 0, 0);
    report(1, ended(source, ExecutionState.FINISHED), running(1, attempt(TestGraphs.SINK, 0, 0)));
    assertThat(attempts()).containsExactly("FINISHED#0", "RUNNING#0");
    bed.report(bed.executions().get(0), ExecutionState.FINISHED);
    bed.report(bed.executions().get(1), ExecutionState.FINISHED);
    assertThat(bed.status()).isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void aFailureThatNobodyHeardStartsItsRegionAgainBeforeTheWindowEnds() {
    recover(TestGraphs.pipeline(1, 2, 2, ShipStrategy.FORWARD));
    ExecutionAttemptID source = attempt(TestGraphs.SOURCE, 1, 0);
    report(2, ended(source, ExecutionState.FAILED));
    assertThat(attempts()).containsExactly("CREATED#1", "DEPLOYING#0", "CREATED#1", "CREATED#1");
    bed.fail(bed.executions().get(1), "com.example.Boom");
    assertThat(attempts()).containsExactly("CREATED#1", "FAILED#0", "CREATED#1", "CANCELED#0");
    bed.runFor(Duration.ofSeconds(1));
    assertThat(attempts()).containsExactly("CREATED#1", "DEPLOYING#1", "CREATED#1", "DEPLOYING#1");
    reportPair(0, 0);
    assertThat(attempts()).containsExactly("RUNNING#0", "DEPLOYING#1", "RUNNING#0", "DEPLOYING#1");
  }

  @Test
  void aCancellationThatWasAcceptedIsCarriedOut() {
    JobGraph graph = TestGraphs.pipeline(1, 1, 1);
    recover(graph, new JobProgress(graph.jobId(), true, 0, List.of(), List.of()));
    assertThat(bed.status()).isEqualTo(JobStatus.CANCELED);
  }

  @Test
  void aCancelWhileItsTasksAreAwaitedEndsTheJob() {
    recover(TestGraphs.pipeline(1, 2, 2));
    reportPair(0, 0);
    bed.scheduler().cancel();
    assertThat(bed.status()).isEqualTo(JobStatus.CANCELLING);
    assertThat(attempts())
        .containsExactly("CANCELING#0", "CANCELED#1", "CANCELING#0", "CANCELED#1");
    assertThat(reportPair(1, 0)).isEqualTo(Adoption.NONE);
    bed.report(bed.executions().get(0), ExecutionState.CANCELED);
    bed.report(bed.executions().get(2), ExecutionState.CANCELED);
    assertThat(bed.status()).isEqualTo(JobStatus.CANCELED);
    assertThat(bed.scheduler().progress().cancelRequested()).isTrue();
  }

  @Test
  void restartsAreCountedFromLeaderToLeader() {
    JobGraph graph = TestGraphs.single(1, 1);
    recover(graph, new JobProgress(graph.jobId(), false, 5, List.of(0L, 1L), List.of()));
    report(1, running(1, attempt(TestGraphs.SOURCE, 0, 5)));
    bed.fail(bed.executions().get(0), "com.example.Boom");
    bed.runFor(Duration.ofSeconds(1));
    assertThat(bed.scheduler().requestJob().numberOfRestarts()).isEqualTo(6);
    bed.reportAllRunning();
    bed.fail(bed.executions().get(0), "com.example.Boom"); // the second of two was before
    assertThat(bed.status()).isEqualTo(JobStatus.FAILED);
  }

  @Test
  void resultsThatAreStillThereAreReadAndThoseThatAreNotAreMadeAgain() {
    JobGraph graph = TestGraphs.staged(1, 2, 1, ShipStrategy.HASH);
    recover(
        graph,
        progress(graph, new VertexProgress(TestGraphs.SOURCE, List.of(0, 0), List.of(0, 1))));
    report(1, ended(attempt(TestGraphs.SOURCE, 0, 0), ExecutionState.FINISHED));
    awaitTheEndOfTheWindow();
    assertThat(attempts()).containsExactly("FINISHED#0", "FAILED#0", "CREATED#1");
    bed.runFor(Duration.ofSeconds(1));
    assertThat(attempts()).containsExactly("FINISHED#0", "DEPLOYING#1", "CREATED#1");
    bed.report(bed.executions().get(1), ExecutionState.FINISHED);
    assertThat(attempts()).containsExactly("FINISHED#0", "FINISHED#1", "DEPLOYING#1");
  }

  /** Subtask i of source and sink ran on the TaskManager of the next number. */
  private static JobProgress placedProgress(JobGraph graph, String... addresses) {
    List<Integer> attempts = List.of(0, 0);
    List<Integer> places = List.of(0, 1);
    return new JobProgress(
        graph.jobId(),
        false,
        0,
        List.of(),
        List.of(
            new VertexProgress(TestGraphs.SOURCE, attempts, List.of(), places),
            new VertexProgress(TestGraphs.SINK, attempts, List.of(), places)),
        List.of(addresses));
  }

  @Test
  void whatRanOnATaskManagerThatIsGoneIsNotWaitedFor() {
    JobGraph graph = TestGraphs.pipeline(1, 2, 2, ShipStrategy.FORWARD);
    recover(graph, placedProgress(graph, "sim://tm-1/te", "sim://tm-2/te"));
    bed.gateway(1).address = "sim://tm-1/te";
    bed.scheduler().onTaskManagerAbsent("sim://tm-2/te");
    assertThat(attempts()).containsExactly("CREATED#1", "FAILED#0", "CREATED#1", "FAILED#0");
    assertThat(bed.status()).isEqualTo(JobStatus.RESTARTING);
    reportPair(0, 0);
    bed.runFor(Duration.ofSeconds(1));
    assertThat(attempts()).containsExactly("RUNNING#0", "SCHEDULED#1", "RUNNING#0", "SCHEDULED#1");
    assertThat(bed.pool().requiredResources()).isEqualTo(2);
    assertThat(bed.status()).isEqualTo(JobStatus.RUNNING);
  }

  @Test
  void whatATaskManagerDoesNotReportThoughItRanThereIsNotWaitedFor() {
    JobGraph graph = TestGraphs.pipeline(1, 2, 2, ShipStrategy.FORWARD);
    recover(graph, placedProgress(graph, "sim://tm-1/te", "sim://tm-2/te"));
    bed.gateway(2).address = "sim://tm-2/te";
    report(2);
    assertThat(attempts()).containsExactly("CREATED#1", "FAILED#0", "CREATED#1", "FAILED#0");
  }

  @Test
  void whereTasksRunIsStoredOnceTheyHaveRunForSomeTime() {
    bed.gateway(1).address = "sim://tm-1/te";
    bed.start(TestGraphs.single(1, 1), RESTARTS);
    bed.offerSlot(1);
    bed.reportAllRunning();
    assertThat(bed.progressChanges()).isZero();
    bed.runFor(Duration.ofMillis(1_001));
    assertThat(bed.progressChanges()).isEqualTo(1);
    assertThat(bed.scheduler().progress().taskManagers()).containsExactly("sim://tm-1/te");
    assertThat(bed.scheduler().progress().vertices().get(0).places()).containsExactly(0);
  }
}
