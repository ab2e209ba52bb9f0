package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat.ExecutionStatus;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat.ToJobMaster;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.TaskSubmissionResult;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;

class TaskExecutorTasksTest {

  private final TaskExecutorBed bed = TaskExecutorBed.registered();
  private final TestingJobMaster master = bed.jobMaster();
  private final AllocationID allocation = bed.allocate(0, master);
  private final ExecutionAttemptID attempt = bed.attempt(0, 0);

  private String refusal(TaskSubmissionResult result) {
    return String.valueOf(result.refusal());
  }

  @Test
  void aTaskRunsToItsEndAndEachStateIsTold() {
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    task.events.onFinished(new IOMetrics(5, 6, 7, 8));
    bed.settle();
    assertThat(master.statesOf(attempt))
        .containsExactly(
            ExecutionState.INITIALIZING, ExecutionState.RUNNING, ExecutionState.FINISHED);
    TaskExecutionState last = master.states.get(2);
    assertThat(last.metrics()).isEqualTo(new IOMetrics(5, 6, 7, 8));
    assertThat(last.jobId()).isEqualTo(master.jobId);
    assertThat(last.failure()).isNull();
    bed.runFor(Duration.ofSeconds(30));
    assertThat(master.states).hasSize(3);
  }

  @Test
  void aFailureIsToldWithItsCause() {
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    task.events.onFailed(
        new IllegalStateException("outer", new ArithmeticException("by zero")), task.metrics());
    bed.settle();
    assertThat(master.states)
        .last()
        .satisfies(
            state -> {
              assertThat(state.state()).isEqualTo(ExecutionState.FAILED);
              assertThat(state.failure()).isNotNull();
              assertThat(state.failure().rootCause().message()).isEqualTo("by zero");
              assertThat(state.failure().className())
                  .isEqualTo(IllegalStateException.class.getName());
            });
  }

  @Test
  void aTaskThatCannotBeStartedFails() {
    bed.runner.failNextStart = new IllegalStateException("no thread");
    assertThat(bed.submit(master, allocation, attempt)).allMatch(each -> each.refusal() == null);
    bed.settle();
    assertThat(master.statesOf(attempt)).containsExactly(ExecutionState.FAILED);
  }

  @Test
  void aTaskForWhichThereIsNoMemoryFailsAndTheRestOfItsBatchRuns() {
    bed.runner.failNextStart = new OutOfMemoryError("Java heap space");
    ExecutionAttemptID next = bed.attempt(1, 0);
    assertThat(bed.submit(master, allocation, attempt, next))
        .hasSize(2)
        .allMatch(each -> each.refusal() == null);
    bed.settle();
    assertThat(master.statesOf(attempt)).containsExactly(ExecutionState.FAILED);
    bed.runner.task(next).run();
    bed.sim.await(
        bed.gateway.freeSlots(List.of(allocation), master.id(), "over", TaskExecutorBed.RPC));
    bed.settle();
    assertThat(master.statesOf(next)).last().isEqualTo(ExecutionState.FAILED);
    assertThat(bed.taskExecutor.snapshot().slots().get(0).state()).isEqualTo(SlotState.FREE);
  }

  @Test
  void cancelEndsCanceled() {
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    bed.sim.await(bed.gateway.cancelTasks(List.of(attempt), master.id(), TaskExecutorBed.RPC));
    bed.sim.await(bed.gateway.cancelTasks(List.of(attempt), master.id(), TaskExecutorBed.RPC));
    bed.settle();
    assertThat(task.cancellations).isEqualTo(1);
    assertThat(master.statesOf(attempt))
        .containsExactly(
            ExecutionState.INITIALIZING, ExecutionState.RUNNING, ExecutionState.CANCELED);
  }

  @Test
  void cancellingWhatIsNotThereIsAcknowledged() {
    bed.sim.await(
        bed.gateway.cancelTasks(List.of(bed.attempt(3, 9)), master.id(), TaskExecutorBed.RPC));
    assertThat(master.states).isEmpty();
  }

  @Test
  void aTaskThatIgnoresCancellationIsInterruptedAgainAndAgain() {
    bed.runner.tasksIgnoreCancellation = true;
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    bed.sim.await(bed.gateway.cancelTasks(List.of(attempt), master.id(), TaskExecutorBed.RPC));
    bed.runFor(Duration.ofMillis(3_500));
    assertThat(task.interruptions).isEqualTo(4);
    task.events.onCanceled(task.metrics());
    bed.runFor(Duration.ofSeconds(10));
    assertThat(task.interruptions).isEqualTo(4);
    assertThat(master.states)
        .last()
        .extracting(TaskExecutionState::state)
        .isEqualTo(ExecutionState.CANCELED);
  }

  @Test
  void aTaskMayComeBeforeItsSlotIsAccepted() {
    CompletableFuture<Void> accepted = new CompletableFuture<>();
    master.offerAnswer = offers -> accepted.thenApply(ignored -> offers);
    AllocationID offered = bed.allocate(1, master);
    ExecutionAttemptID second = bed.attempt(1, 0);
    bed.runTask(master, offered, second);
    accepted.complete(null);
    bed.runFor(Duration.ofSeconds(30));
    assertThat(master.statesOf(second))
        .containsExactly(ExecutionState.INITIALIZING, ExecutionState.RUNNING);
  }

  @Test
  void aLaterAttemptIsRefusedUntilTheEarlierOneHasEndedWhichIsCancelledForIt() {
    bed.runner.tasksIgnoreCancellation = true;
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    ExecutionAttemptID second = bed.attempt(0, 1);
    assertThat(bed.submit(master, allocation, second))
        .singleElement()
        .satisfies(result -> assertThat(refusal(result)).contains("attempt 0", "still runs here"));
    assertThat(task.cancellations).isEqualTo(1);
    task.events.onCanceled(task.metrics());
    bed.settle();
    bed.runTask(master, allocation, bed.attempt(0, 2));
    assertThat(master.statesOf(bed.attempt(0, 2)))
        .containsExactly(ExecutionState.INITIALIZING, ExecutionState.RUNNING);
  }

  @Test
  void tasksOfAnotherSessionOrSlotAreRefused() {
    TestingJobMaster stranger = bed.jobMaster(bed.newSession(), master.jobId);
    assertThat(bed.submit(stranger, allocation, attempt))
        .singleElement()
        .satisfies(
            result ->
                assertThat(refusal(result))
                    .contains(TaskSubmissionException.class.getName())
                    .contains(stranger.id().toString()));
    assertThat(bed.submit(master, bed.newAllocation(), attempt))
        .singleElement()
        .satisfies(result -> assertThat(refusal(result)).contains("no slot is allocated"));
    TestingJobMaster other = bed.jobMaster();
    bed.allocate(1, other);
    assertThat(bed.submit(other, allocation, attempt))
        .singleElement()
        .satisfies(result -> assertThat(refusal(result)).contains("no slot is allocated"));
    assertThat(bed.runner.starts).isEmpty();
  }

  @Test
  void eachTaskOfABatchHasItsOwnAnswer() {
    ExecutionAttemptID newer = bed.attempt(1, 5);
    bed.submit(master, allocation, newer);
    assertThat(bed.submit(master, allocation, attempt, bed.attempt(1, 4), bed.attempt(2, 0)))
        .extracting(result -> result.refusal() == null)
        .containsExactly(true, false, true);
    assertThat(bed.runner.starts).containsExactly(newer, attempt, bed.attempt(2, 0));
  }

  @Test
  void anAttemptRunsOnceHoweverOftenItIsSent() {
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    assertThat(bed.submit(master, allocation, attempt)).allMatch(each -> each.refusal() == null);
    task.events.onFinished(task.metrics());
    bed.settle();
    assertThat(bed.submit(master, allocation, attempt)).allMatch(each -> each.refusal() == null);
    assertThat(bed.runner.starts).containsExactly(attempt);
    bed.submit(master, allocation, bed.attempt(0, 1));
    assertThat(bed.runner.starts).containsExactly(attempt, bed.attempt(0, 1));
  }

  @Test
  void anEndIsRepeatedUntilItIsAcknowledged() {
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    master.stateAnswer = state -> new CompletableFuture<>();
    task.events.onFinished(task.metrics());
    bed.runFor(Duration.ofSeconds(8));
    long told = count(ExecutionState.FINISHED);
    assertThat(told).isBetween(2L, 3L);
    assertThat(lastBeat().executions())
        .extracting(ExecutionStatus::state)
        .containsExactly(ExecutionState.FINISHED);
    master.stateAnswer = state -> CompletableFuture.completedFuture(Acknowledge.INSTANCE);
    bed.runFor(Duration.ofSeconds(30));
    assertThat(count(ExecutionState.FINISHED)).isEqualTo(told + 1);
    assertThat(lastBeat().executions()).isEmpty();
  }

  @Test
  void anEndSurvivesABrokenConnection() {
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    bed.net.setStatus("tm", "jm", Status.DISCONNECTED);
    task.events.onFinished(task.metrics());
    bed.runFor(Duration.ofMillis(700));
    bed.net.heal();
    bed.runFor(Duration.ofSeconds(1));
    assertThat(count(ExecutionState.FINISHED)).isEqualTo(1);
  }

  @Test
  void anAttemptTheJobMasterDoesNotKnowIsEnded() {
    master.stateAnswer =
        state -> CompletableFuture.failedFuture(new IllegalArgumentException("unknown attempt"));
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    assertThat(task.cancellations).isEqualTo(1);
    bed.runFor(Duration.ofSeconds(20));
    assertThat(count(ExecutionState.FAILED)).isEqualTo(1);
  }

  @Test
  void theJobEndsHereOnlyAfterItsLastStateIsKnown() {
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    CompletableFuture<Void> known = new CompletableFuture<>();
    master.stateAnswer = state -> known.thenApply(v -> Acknowledge.INSTANCE);
    task.events.onFinished(task.metrics());
    bed.settle();
    bed.sim.await(
        bed.gateway.freeSlots(List.of(allocation), master.id(), "done", TaskExecutorBed.RPC));
    bed.settle();
    assertThat(bed.rm.available).containsExactly(allocation);
    assertThat(bed.runner.releasedJobs).isEmpty();
    known.complete(null);
    bed.settle();
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
  }

  @Test
  void heartbeatsTellTheJobsAttemptsWithProgress() {
    bed.runTask(master, allocation, attempt);
    TestingJobMaster other = bed.jobMaster();
    bed.submit(other, bed.allocate(1, other), bed.attempt(1, 0));
    bed.runFor(Duration.ofSeconds(2));
    assertThat(lastBeat().executions())
        .containsExactly(
            new ExecutionStatus(attempt, ExecutionState.RUNNING, new IOMetrics(1, 2, 3, 4)));
    assertThat(other.heartbeats.get(other.heartbeats.size() - 1).executions())
        .extracting(ExecutionStatus::state)
        .containsExactly(ExecutionState.DEPLOYING);
  }

  @Test
  void stoppingSaysGoodbyeAndCancelsTasks() {
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    bed.sim.await(bed.taskExecutor.closeAsync(), Duration.ofSeconds(1));
    bed.settle();
    assertThat(task.cancellations).isEqualTo(1);
    assertThat(bed.runner.closed).isTrue();
    assertThat(bed.retrieval.closed).isTrue();
    TaskManagerLoss goodbye = TaskManagerLoss.ended("it was asked to end");
    assertThat(master.goodbyes).containsExactly(goodbye);
    assertThat(bed.rm.goodbyes).containsExactly(goodbye);
  }

  @Test
  void anEndBecauseOfAFaultIsAnnouncedAfterTheTasksFailure() {
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    task.failWith(new OutOfMemoryError("Java heap space"));
    CompletableFuture<Void> heard = bed.taskExecutor.announceEnd("OutOfMemoryError in task map");
    bed.sim.await(heard, Duration.ofSeconds(1));
    assertThat(master.statesOf(attempt)).last().isEqualTo(ExecutionState.FAILED);
    assertThat(master.goodbyes)
        .singleElement()
        .asString()
        .contains("it ends because of a fault: OutOfMemoryError in task map");
    assertThat(bed.rm.goodbyes).hasSize(1);
    bed.runFor(Duration.ofSeconds(30));
    assertThat(bed.rm.goodbyes).hasSize(1);
  }

  @Test
  void anAnnouncementWithoutAResourceManagerIsDoneAtOnce() {
    TaskExecutorBed alone = new TaskExecutorBed();
    alone.sim.await(alone.taskExecutor.announceEnd("a fault"), Duration.ofMillis(10));
    assertThat(alone.rm.goodbyes).isEmpty();
  }

  @Test
  void stoppingDoesNotWaitForEver() {
    bed.runner.tasksIgnoreCancellation = true;
    bed.runTask(master, allocation, attempt);
    CompletableFuture<Void> closed = bed.taskExecutor.closeAsync();
    bed.runFor(Duration.ofSeconds(4));
    assertThat(closed).isNotDone();
    bed.sim.await(closed, Duration.ofSeconds(2));
    assertThat(bed.runner.closed).isTrue();
  }

  @Test
  void itAnswersAPing() {
    assertThat(bed.sim.await(bed.gateway.ping(TaskExecutorBed.RPC))).isEqualTo(bed.resourceId);
  }

  private ToJobMaster lastBeat() {
    return master.heartbeats.get(master.heartbeats.size() - 1);
  }

  private long count(ExecutionState state) {
    return master.states.stream().filter(each -> each.state() == state).count();
  }
}
