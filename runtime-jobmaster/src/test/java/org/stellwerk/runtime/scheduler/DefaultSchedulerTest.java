package org.stellwerk.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.executiongraph.TestGraphs.location;
import static org.stellwerk.runtime.executiongraph.TestGraphs.taskManager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.RecordingFatalErrorHandler;
import org.stellwerk.rpc.simulation.SeededIdGenerator;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.executiongraph.TaskManagerLostException;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPool;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolConfig;
import org.stellwerk.runtime.jobmaster.slotpool.TestingTaskManagerGateway;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.options.RestartStrategyOptions;

class DefaultSchedulerTest {

  private static final Duration SLOT_TIMEOUT = Duration.ofSeconds(20);

  private final SimScheduler sim = new SimScheduler(1);
  private final RecordingFatalErrorHandler fatalErrors = new RecordingFatalErrorHandler();
  private final List<JobStatus> statuses = new ArrayList<>();
  private final TestingTaskManagerGateway tm1 = new TestingTaskManagerGateway();
  private final TestingTaskManagerGateway tm2 = new TestingTaskManagerGateway();
  private final SlotPool pool =
      new SlotPool(
          (version, slots) -> {},
          new ManualMainThreadExecutor(sim),
          new SlotPoolConfig(SLOT_TIMEOUT, SLOT_TIMEOUT),
          sim.clock());
  private final DefaultScheduler scheduler = scheduler(TestGraphs.pipeline(1, 2, 2));
  private final ExecutionGraph graph = scheduler.getExecutionGraph();

  private DefaultScheduler scheduler(JobGraph jobGraph) {
    return new DefaultScheduler(
        new ExecutionGraphSpec(jobGraph, TestGraphs.information(jobGraph), 5),
        pool,
        new SchedulerServices(
            new RuntimeServices(
                sim.clock(),
                new SeededIdGenerator(sim.random().fork("ids")),
                sim.random().fork("random"),
                Runnable::run,
                fatalErrors,
                FaultPoints.NONE,
                TransitionObserver.NONE),
            new ManualMainThreadExecutor(sim),
            Configuration.empty()
                .with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.NONE),
            SLOT_TIMEOUT,
            Duration.ofSeconds(1)),
        statuses::add);
  }

  @AfterEach
  void nothingIsBroken() {
    fatalErrors.assertNoErrors();
    scheduler.checkInvariants();
    pool.checkInvariants();
  }

  private void offerSlots() {
    pool.registerTaskManager(taskManager(1));
    pool.registerTaskManager(taskManager(2));
    pool.offerSlots(location(1), tm1, List.of(new SlotOffer(TestGraphs.allocation(1), 0)));
    pool.offerSlots(location(2), tm2, List.of(new SlotOffer(TestGraphs.allocation(2), 0)));
  }

  private List<Execution> start() {
    scheduler.startScheduling();
    offerSlots();
    List<Execution> all = executions();
    all.forEach(execution -> report(execution, ExecutionState.RUNNING));
    return all;
  }

  private List<Execution> executions() {
    List<Execution> all = new ArrayList<>();
    graph.forEachExecution(all::add);
    return all;
  }

  private void report(Execution execution, ExecutionState state) {
    report(execution, state, null);
  }

  private void fail(Execution execution, String className, String message) {
    report(
        execution,
        ExecutionState.FAILED,
        new SerializedThrowable(className, message, "at somewhere", null));
  }

  private void report(
      Execution execution, ExecutionState state, @Nullable SerializedThrowable failure) {
    assertThat(
            scheduler.updateTaskExecutionState(
                new TaskExecutionState(
                    graph.getJobId(), execution.getAttemptId(), state, failure, IOMetrics.ZERO)))
        .isTrue();
  }

  private SerializedThrowable rootCause() {
    ArchivedExecutionGraph.ErrorInfo failure = scheduler.requestJob().failure();
    assertThat(failure).isNotNull();
    return failure.exception();
  }

  @Test
  void tasksAreDeployedOnceAllSlotsAreThereProducersFirst() {
    scheduler.startScheduling();
    assertThat(statuses).containsExactly(JobStatus.CREATED, JobStatus.RUNNING);
    assertThat(pool.requiredResources()).isEqualTo(2);
    assertThat(graph.countTasks(ExecutionState.SCHEDULED)).isEqualTo(4);
    pool.registerTaskManager(taskManager(1));
    pool.offerSlots(location(1), tm1, List.of(new SlotOffer(TestGraphs.allocation(1), 0)));
    assertThat(tm1.submitted).isEmpty();
    pool.registerTaskManager(taskManager(2));
    pool.offerSlots(location(2), tm2, List.of(new SlotOffer(TestGraphs.allocation(2), 0)));
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
    lose(1);
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
    lose(1);
    report(all.get(1), ExecutionState.CANCELED);
    assertThat(scheduler.getJobStatus()).isEqualTo(JobStatus.FAILED);
    assertThat(rootCause().message()).contains("tm-1 at host-1:7001 was lost");
  }

  private void lose(int taskManager) {
    TaskManagerLostException cause =
        TaskManagerLostException.of(location(taskManager), TaskManagerLoss.gone("killed"));
    scheduler.onTaskManagerLost(taskManager(taskManager), cause);
  }

  @Test
  void aRefusedDeploymentFailsTheJob() {
    List<Execution> all = start();
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
    assertThat(statuses)
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
    offerSlots();
    assertThat(tm1.submitted).isEmpty();
  }

  @Test
  void slotsThatDoNotComeInTimeFailTheJob() {
    scheduler.startScheduling();
    sim.runFor(SLOT_TIMEOUT.plusSeconds(1));
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
