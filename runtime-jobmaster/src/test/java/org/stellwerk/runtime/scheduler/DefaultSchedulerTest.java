package org.stellwerk.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.slotpool.TestingTaskManagerGateway;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.options.RestartStrategyOptions;

class DefaultSchedulerTest {

  private final SchedulerBed bed = new SchedulerBed();
  private final TestingTaskManagerGateway tm1 = bed.gateway(1);
  private final TestingTaskManagerGateway tm2 = bed.gateway(2);
  private final DefaultScheduler scheduler = scheduler(TestGraphs.pipeline(1, 2, 2));
  private final ExecutionGraph graph = scheduler.getExecutionGraph();

  private DefaultScheduler scheduler(JobGraph jobGraph) {
    return bed.prepare(
        jobGraph,
        Configuration.empty().with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.NONE));
  }

  @AfterEach
  void nothingIsBroken() {
    bed.checkInvariants();
  }

  private void offerSlots() {
    bed.offerSlot(1);
    bed.offerSlot(2);
  }

  private List<Execution> deploy() {
    scheduler.startScheduling();
    offerSlots();
    return bed.executions();
  }

  private List<Execution> start() {
    List<Execution> all = deploy();
    all.forEach(execution -> report(execution, ExecutionState.RUNNING));
    return all;
  }

  private void report(Execution execution, ExecutionState state) {
    bed.report(execution, state);
  }

  private void fail(Execution execution, String className, String message) {
    bed.fail(execution, className, message);
  }

  private SerializedThrowable rootCause() {
    ArchivedExecutionGraph.ErrorInfo failure = scheduler.requestJob().failure();
    assertThat(failure).isNotNull();
    return failure.exception();
  }

  @Test
  void tasksAreDeployedOnceAllSlotsAreThereProducersFirst() {
    scheduler.startScheduling();
    assertThat(bed.statuses()).containsExactly(JobStatus.CREATED, JobStatus.RUNNING);
    assertThat(bed.pool().requiredResources()).isEqualTo(2);
    assertThat(graph.countTasks(ExecutionState.SCHEDULED)).isEqualTo(4);
    bed.offerSlot(1);
    assertThat(tm1.submitted).isEmpty();
    bed.offerSlot(2);
    assertThat(tm1.submitted)
        .extracting(task -> task.taskNameWithSubtask())
        .containsExactly("source (1/2)", "sink (1/2)");
    assertThat(tm2.submitted)
        .extracting(task -> task.taskNameWithSubtask())
        .containsExactly("source (2/2)", "sink (2/2)");
    assertThat(graph.countTasks(ExecutionState.DEPLOYING)).isEqualTo(4);
  }

  @Test
  void subtasksOfOneIndexShareASlot() {
    start();
    assertThat(tm1.submitted).extracting(task -> task.allocationId()).hasSize(2);
    assertThat(tm1.submitted)
        .extracting(task -> task.allocationId())
        .containsOnly(TestGraphs.allocation(1));
  }

  /**
   * Without a restart to spend: its TaskManager may be paused for less than it takes to be lost.
   */
  @Test
  void deploymentsWithoutAnswerFailNothing() {
    List<Execution> all = deploy();
    timeOutSubmissions();
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.RUNNING);
    all.forEach(execution -> report(execution, ExecutionState.RUNNING));
    assertThat(graph.countTasks(ExecutionState.RUNNING)).isEqualTo(4);
  }

  @Test
  void aJobIsNotCanceledWhileItsDeploymentsHaveNoAnswer() {
    tm1.cancellation = CompletableFuture.failedFuture(new TimeoutException("no answer"));
    tm2.cancellation = tm1.cancellation;
    List<Execution> all = deploy();
    scheduler.cancel();
    timeOutSubmissions();
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.CANCELLING);
    all.forEach(execution -> report(execution, ExecutionState.CANCELED));
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.CANCELED);
  }

  private void timeOutSubmissions() {
    for (TestingTaskManagerGateway each : List.of(tm1, tm2)) {
      each.submissions.forEach(
          answer -> answer.completeExceptionally(new TimeoutException("no answer")));
    }
  }

  @Test
  void theJobFinishesWithItsLastTask() {
    List<Execution> all = start();
    for (Execution execution : all) {
      assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.RUNNING);
      report(execution, ExecutionState.FINISHED);
    }
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.FINISHED);
    assertThat(scheduler.requestJob().failure()).isNull();
    assertThat(scheduler.requestJob().stateTimestamps())
        .containsEntry(JobStatus.INITIALIZING, 5L)
        .containsKey(JobStatus.FINISHED);
  }

  @Test
  void aFailedTaskCancelsTheOthersAndFailsTheJobWithItsCause() {
    List<Execution> all = start();
    fail(all.get(1), "com.example.Boom", "user code");
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.FAILING);
    assertThat(graph.countTasks(ExecutionState.CANCELING)).isEqualTo(3);
    assertThat(tm1.cancelled).hasSize(2);
    assertThat(tm2.cancelled).containsExactly(all.get(3).getAttemptId());
    report(all.get(0), ExecutionState.CANCELED);
    report(all.get(2), ExecutionState.FINISHED);
    fail(all.get(3), "com.example.Late", "too late to be the cause");
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.FAILED);
    assertThat(rootCause().message())
        .isEqualTo(
            "Task source (2/2) failed on TaskManager tm-2 at host-2: com.example.Boom: user code");
    assertThat(rootCause().rootCause().className()).isEqualTo("com.example.Boom");
    assertThat(rootCause().stackTrace()).contains("at somewhere");
  }

  @Test
  void aFailureThatFollowsFromAnotherIsReplacedByThatOne() {
    List<Execution> all = start();
    fail(all.get(2), "org.stellwerk.runtime.io.ProducerFailedException", "source (1/2) failed");
    fail(all.get(3), "org.stellwerk.runtime.io.ProducerFailedException", "source (1/2) failed");
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.FAILING);
    fail(all.get(0), "com.example.Boom", "user code");
    report(all.get(1), ExecutionState.CANCELED);
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.FAILED);
    assertThat(rootCause().rootCause().className()).isEqualTo("com.example.Boom");
  }

  @Test
  void aConsequenceIsTheCauseIfNothingElseIsKnown() {
    List<Execution> all = start();
    fail(all.get(2), "org.stellwerk.runtime.io.ProducerFailedException", "source (1/2) failed");
    for (int i : new int[] {0, 1, 3}) {
      report(all.get(i), ExecutionState.CANCELED);
    }
    assertThat(rootCause().message()).contains("source (1/2) failed");
  }

  @Test
  void aLostTaskManagerFailsTheJobWithItsName() {
    List<Execution> all = start();
    bed.lose(1);
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.FAILING);
    assertThat(all.get(0).getState().isTerminal()).isTrue();
    assertThat(all.get(2).getState().isTerminal()).isTrue();
    assertThat(tm1.cancelled).isEmpty();
    report(all.get(1), ExecutionState.CANCELED);
    report(all.get(3), ExecutionState.CANCELED);
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.FAILED);
    assertThat(rootCause().message())
        .isEqualTo("TaskManager tm-1 at host-1:7001 was lost: its process is gone: killed");
  }

  @Test
  void theLossOfATaskManagerExplainsItsConsumersFailures() {
    List<Execution> all = start();
    fail(all.get(3), "org.stellwerk.runtime.io.ProducerFailedException", "source (1/2) failed");
    bed.lose(1);
    report(all.get(1), ExecutionState.CANCELED);
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.FAILED);
    assertThat(rootCause().message()).contains("tm-1 at host-1:7001 was lost");
  }

  @Test
  void aRefusedDeploymentFailsTheJob() {
    List<Execution> all = deploy();
    List<CompletableFuture<Acknowledge>> open = new ArrayList<>(tm1.submissions);
    open.get(0).completeExceptionally(new IllegalStateException("no such slot"));
    assertThat(all.get(0).getState()).isEqualTo(ExecutionState.FAILED);
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.FAILING);
    assertThat(rootCause().message()).contains("could not be deployed: no such slot");
  }

  @Test
  void cancellingEndsCanceledWhateverTheTasksSay() {
    List<Execution> all = start();
    scheduler.cancel();
    scheduler.cancel();
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.CANCELLING);
    fail(all.get(0), "com.example.Boom", "while cancelling");
    report(all.get(1), ExecutionState.CANCELED);
    report(all.get(2), ExecutionState.FINISHED);
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.CANCELLING);
    report(all.get(3), ExecutionState.CANCELED);
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.CANCELED);
    scheduler.cancel();
    scheduler.failJob(new IllegalStateException("late"));
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.CANCELED);
    assertThat(bed.statuses())
        .containsExactly(
            JobStatus.CREATED, JobStatus.RUNNING, JobStatus.CANCELLING, JobStatus.CANCELED);
  }

  @Test
  void cancellingWhileFailingEndsCanceled() {
    List<Execution> all = start();
    fail(all.get(0), "com.example.Boom", "user code");
    scheduler.cancel();
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.CANCELLING);
    all.stream()
        .filter(each -> !each.getState().isTerminal())
        .forEach(each -> report(each, ExecutionState.CANCELED));
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.CANCELED);
  }

  @Test
  void cancellingBeforeTheSlotsAreThereEndsAtOnce() {
    scheduler.startScheduling();
    scheduler.cancel();
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.CANCELED);
    assertThat(bed.pool().requiredResources()).isZero();
    assertThat(tm1.submitted).isEmpty();
  }

  @Test
  void slotsThatDoNotComeInTimeFailTheJob() {
    scheduler.startScheduling();
    bed.runFor(SchedulerBed.SLOT_TIMEOUT.plusSeconds(1));
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.FAILED);
    assertThat(rootCause().message()).contains("asked for 2, available were 0");
  }

  @Test
  void aSuspendedJobIsOverAtOnceAndStaysSo() {
    List<Execution> all = start();
    scheduler.suspend("test");
    scheduler.suspend("test");
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.SUSPENDED);
    assertThat(graph.areAllTasksTerminal()).isTrue();
    assertThat(tm1.cancelled).isEmpty();
    fail(all.get(0), "com.example.Boom", "late");
    scheduler.cancel();
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.SUSPENDED);
  }

  @Test
  void aJobCanBeSuspendedOutOfEveryStateItPasses() {
    scheduler.suspend("before it began");
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.SUSPENDED);
    DefaultScheduler failing = scheduler(TestGraphs.pipeline(2, 1, 1));
    failing.startScheduling();
    failing.cancel();
    failing.suspend("after its end");
    assertThat(failing.getJobStatus()).isEqualTo(JobStatus.CANCELED);
  }

  @Test
  void aReportOfAnUnknownAttemptIsRefused() {
    start();
    assertThat(
            scheduler.updateTaskExecutionState(
                new TaskExecutionState(
                    graph.getJobId(),
                    new ExecutionAttemptID(
                        new ExecutionGraphId(graph.getJobId().value()),
                        new ExecutionVertexID(TestGraphs.SOURCE, 0),
                        0),
                    ExecutionState.FAILED,
                    null,
                    IOMetrics.ZERO)))
        .isFalse();
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.RUNNING);
  }
}
