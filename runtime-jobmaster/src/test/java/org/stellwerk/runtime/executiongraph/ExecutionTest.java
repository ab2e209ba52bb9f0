package org.stellwerk.runtime.executiongraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stellwerk.runtime.messages.ExecutionState.CANCELED;
import static org.stellwerk.runtime.messages.ExecutionState.CANCELING;
import static org.stellwerk.runtime.messages.ExecutionState.CREATED;
import static org.stellwerk.runtime.messages.ExecutionState.DEPLOYING;
import static org.stellwerk.runtime.messages.ExecutionState.FAILED;
import static org.stellwerk.runtime.messages.ExecutionState.FINISHED;
import static org.stellwerk.runtime.messages.ExecutionState.INITIALIZING;
import static org.stellwerk.runtime.messages.ExecutionState.RUNNING;
import static org.stellwerk.runtime.messages.ExecutionState.SCHEDULED;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.stellwerk.rpc.simulation.ManualClock;
import org.stellwerk.rpc.simulation.RecordingFatalErrorHandler;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.slotpool.AllocatedSlot;
import org.stellwerk.runtime.jobmaster.slotpool.LogicalSlot;
import org.stellwerk.runtime.jobmaster.slotpool.TestingSlots;
import org.stellwerk.runtime.jobmaster.slotpool.TestingTaskManagerGateway;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;

class ExecutionTest {

  private final ManualClock clock = new ManualClock();
  private final RecordingFatalErrorHandler fatalErrors = new RecordingFatalErrorHandler();
  private final List<ExecutionState> transitions = new ArrayList<>();
  private final TestingTaskManagerGateway gateway = new TestingTaskManagerGateway();
  private final JobGraph jobGraph = TestGraphs.single(1, 1);
  private final ExecutionGraph graph =
      new ExecutionGraph(
          jobGraph,
          TestGraphs.information(jobGraph),
          new GraphIdentity(new ExecutionGraphId(new UUID(1, 1)), 0),
          new ExecutionContext(
              clock,
              Duration.ofSeconds(1),
              (execution, from, to) -> transitions.add(to),
              fatalErrors,
              TransitionObserver.NONE));
  private final AllocatedSlot slot = TestingSlots.slot(1, 1, gateway);
  private final Execution execution =
      graph.getVertices().iterator().next().getVertices().get(0).getCurrentExecution();

  private Execution in(ExecutionState state) {
    switch (state) {
      case CREATED -> {}
      case SCHEDULED -> graph.schedule(graph.getAllVertices());
      case DEPLOYING -> {
        in(SCHEDULED);
        assertThat(execution.tryAssignSlot(slot.allocateLogicalSlot())).isTrue();
        execution.deploy();
      }
      case INITIALIZING, RUNNING, FINISHED -> {
        in(DEPLOYING);
        report(state);
      }
      case CANCELING -> {
        in(RUNNING);
        execution.cancel();
      }
      case CANCELED -> {
        in(CANCELING);
        report(CANCELED);
      }
      case FAILED -> {
        in(RUNNING);
        report(FAILED);
      }
    }
    assertThat(execution.getState()).isEqualTo(state);
    transitions.clear();
    return execution;
  }

  private void report(ExecutionState state) {
    report(
        state,
        state == FAILED ? SerializedThrowable.of(new IllegalStateException("user code")) : null);
  }

  private void report(ExecutionState state, @Nullable SerializedThrowable failure) {
    execution.updateState(
        new TaskExecutionState(
            jobGraph.jobId(), execution.getAttemptId(), state, failure, new IOMetrics(1, 2, 3, 4)));
  }

  @ParameterizedTest
  @CsvSource({
    "CREATED, CANCELED",
    "SCHEDULED, CANCELED",
    "DEPLOYING, CANCELING",
    "INITIALIZING, CANCELING",
    "RUNNING, CANCELING",
    "CANCELING, CANCELING",
    "FINISHED, FINISHED",
    "CANCELED, CANCELED",
    "FAILED, FAILED",
  })
  void cancel(ExecutionState from, ExecutionState expected) {
    in(from).cancel();
    assertThat(execution.getState()).isEqualTo(expected);
    graph.checkInvariants();
  }

  @ParameterizedTest
  @CsvSource({
    "CREATED, FAILED",
    "SCHEDULED, FAILED",
    "DEPLOYING, FAILED",
    "INITIALIZING, FAILED",
    "RUNNING, FAILED",
    "CANCELING, CANCELED",
    "FINISHED, FINISHED",
    "CANCELED, CANCELED",
    "FAILED, FAILED",
  })
  void loss(ExecutionState from, ExecutionState expected) {
    in(from).fail(new IllegalStateException("lost"));
    assertThat(execution.getState()).isEqualTo(expected);
    graph.checkInvariants();
  }

  @ParameterizedTest
  @EnumSource(ExecutionState.class)
  void suspension(ExecutionState from) {
    in(from).suspend();
    assertThat(execution.getState()).isEqualTo(from.isTerminal() ? from : CANCELED);
    graph.checkInvariants();
  }

  /** Every state × every report; the table has what is not "stays as it is". */
  @ParameterizedTest
  @EnumSource(ExecutionState.class)
  void reports(ExecutionState from) {
    for (ExecutionState reported : ExecutionState.values()) {
      ExecutionTest fresh = new ExecutionTest();
      fresh.in(from);
      fresh.report(reported);
      assertThat(fresh.execution.getState())
          .as("%s, reported %s", from, reported)
          .isEqualTo(expectedAfterReport(from, reported));
      fresh.graph.checkInvariants();
      fresh.fatalErrors.assertNoErrors();
    }
  }

  private static ExecutionState expectedAfterReport(ExecutionState from, ExecutionState reported) {
    if (from.isTerminal()) {
      return from;
    }
    boolean deployed = from == DEPLOYING || from == INITIALIZING || from == RUNNING;
    return switch (reported) {
      case CREATED, SCHEDULED, DEPLOYING, CANCELING -> from;
      case INITIALIZING -> from == DEPLOYING ? INITIALIZING : from;
      case RUNNING -> deployed ? RUNNING : from;
      case FINISHED -> deployed || from == CANCELING ? FINISHED : from;
      case CANCELED -> from == CANCELING ? CANCELED : FAILED;
      case FAILED -> FAILED;
    };
  }

  @Test
  void anUnexpectedTransitionIsAFault() {
    in(RUNNING);
    assertThatThrownBy(execution::deploy).isInstanceOf(IllegalStateException.class);
    assertThat(execution.getState()).isEqualTo(RUNNING);
  }

  @Test
  void deployingSubmitsTheTaskWithTheSlotsAllocation() {
    in(DEPLOYING);
    assertThat(gateway.submitted).hasSize(1);
    TaskDeploymentDescriptor task = gateway.submitted.get(0);
    assertThat(task.attemptId()).isEqualTo(execution.getAttemptId());
    assertThat(task.allocationId()).isEqualTo(slot.getAllocationId());
    assertThat(task.jobId()).isEqualTo(jobGraph.jobId());
    assertThat(task.taskNameWithSubtask()).isEqualTo("source (1/1)");
  }

  @Test
  void anAcknowledgementAloneDoesNotMakeItRunning() {
    in(DEPLOYING);
    gateway.submissions.get(0).complete(Acknowledge.INSTANCE);
    assertThat(execution.getState()).isEqualTo(DEPLOYING);
    assertThat(execution.isAnswered()).isTrue();
  }

  @Test
  void aRefusedDeploymentFailsItAndIsCancelledThere() {
    in(DEPLOYING);
    refuse(0);
    assertThat(execution.getState()).isEqualTo(FAILED);
    assertThat(gateway.cancelled).containsExactly(execution.getAttemptId());
    assertThat(failure().exception().describe())
        .contains("could not be deployed")
        .contains("no such slot");
  }

  /** Its TaskManager may be paused, for less than it takes to be lost. */
  @Test
  void aDeploymentWithoutAnswerIsNoFailure() {
    in(DEPLOYING);
    timeOut(0);
    assertThat(execution.getState()).isEqualTo(DEPLOYING);
    assertThat(gateway.cancelled).isEmpty();
    report(RUNNING);
    assertThat(execution.getState()).isEqualTo(RUNNING);
    assertThat(execution.isUnanswered()).isFalse();
  }

  @Test
  void aDeploymentIsSentAgainOnlyWhenItsAnswerIsLate() {
    in(DEPLOYING).sendAgain();
    assertThat(gateway.submitted).hasSize(1);
    timeOut(0);
    execution.sendAgain();
    execution.sendAgain();
    assertThat(gateway.submitted).hasSize(2);
    assertThat(gateway.submitted.get(1)).isEqualTo(gateway.submitted.get(0));
    timeOut(1);
    execution.sendAgain();
    gateway.submissions.get(2).complete(Acknowledge.INSTANCE);
    execution.sendAgain();
    assertThat(gateway.submitted).hasSize(3);
    assertThat(execution.getState()).isEqualTo(DEPLOYING);
    assertThat(execution.isAnswered()).isTrue();
  }

  @Test
  void aRepetitionThatIsRefusedFailsIt() {
    in(DEPLOYING);
    timeOut(0);
    execution.sendAgain();
    refuse(1);
    assertThat(execution.getState()).isEqualTo(FAILED);
  }

  private void timeOut(int submission) {
    gateway.submissions.get(submission).completeExceptionally(new TimeoutException("no answer"));
  }

  private void refuse(int submission) {
    gateway
        .submissions
        .get(submission)
        .completeExceptionally(new TaskSubmissionException("no such slot"));
  }

  @Test
  void aFailureReportedMeanwhileWins() {
    in(DEPLOYING);
    report(FAILED);
    timeOut(0);
    assertThat(failure().exception().message()).isEqualTo("user code");
    assertThat(transitions).containsExactly(FAILED);
  }

  /** The task may run, or begin to run later, until the cancellation arrives behind it. */
  @Test
  void aCancellationIsNotOverBecauseTheDeploymentHasNoAnswer() {
    gateway.cancellation = new CompletableFuture<>();
    in(DEPLOYING).cancel();
    timeOut(0);
    assertThat(execution.getState()).isEqualTo(CANCELING);
    assertThat(execution.isUnanswered()).as("the cancellation is under way").isFalse();
    gateway.cancellation.completeExceptionally(new TimeoutException("no answer"));
    assertThat(execution.getState()).isEqualTo(CANCELING);
    gateway.cancellation = CompletableFuture.completedFuture(Acknowledge.INSTANCE);
    execution.sendAgain();
    assertThat(gateway.cancelled).hasSize(2);
    assertThat(gateway.submitted).hasSize(1);
    assertThat(execution.isAnswered()).isTrue();
    report(CANCELED);
    assertThat(execution.getState()).isEqualTo(CANCELED);
  }

  @Test
  void aRefusalDoesNotEndACancellationEither() {
    in(DEPLOYING).cancel();
    refuse(0);
    assertThat(execution.getState()).isEqualTo(CANCELING);
    assertThat(execution.isAnswered()).as("what reports lack is not there").isTrue();
  }

  @Test
  void theLossOfItsTaskManagerEndsWhatHasNoAnswer() {
    in(DEPLOYING);
    timeOut(0);
    TestingSlots.lose(slot, new IllegalStateException("gone"));
    assertThat(execution.getState()).isEqualTo(FAILED);
    execution.sendAgain();
    assertThat(gateway.submitted).hasSize(1);
  }

  /** To take it for failed would leave two attempts running until its TaskExecutor hears of it. */
  @Test
  void aTaskThatWasHeardOfNeedsNoAnswerToItsSubmission() {
    in(RUNNING);
    timeOut(0);
    assertThat(execution.getState()).isEqualTo(RUNNING);
    assertThat(execution.isAnswered()).isTrue();
    assertThat(gateway.cancelled).isEmpty();
  }

  @Test
  void aCancelledTaskThatAHeartbeatHadIsWaitedFor() {
    in(DEPLOYING);
    execution.updateProgress(ExecutionState.DEPLOYING, IOMetrics.ZERO);
    execution.cancel();
    timeOut(0);
    assertThat(execution.getState()).isEqualTo(CANCELING);
  }

  @Test
  void deployingWhatWasCancelledDoesNothing() {
    in(SCHEDULED).cancel();
    execution.deploy();
    assertThat(execution.getState()).isEqualTo(CANCELED);
    assertThat(gateway.submitted).isEmpty();
  }

  @Test
  void deployingWithoutSlotIsAFault() {
    in(SCHEDULED);
    assertThatThrownBy(execution::deploy).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aSlotIsTakenOnceAndOnlyWhileScheduled() {
    assertThat(execution.tryAssignSlot(slot.allocateLogicalSlot())).isFalse();
    graph.schedule(graph.getAllVertices());
    assertThat(execution.tryAssignSlot(slot.allocateLogicalSlot())).isTrue();
    assertThat(execution.tryAssignSlot(slot.allocateLogicalSlot())).isFalse();
  }

  @Test
  void anEndedExecutionGivesItsSlotBack() {
    in(RUNNING);
    LogicalSlot held = execution.getSlot();
    assertThat(held).isNotNull();
    report(FINISHED);
    assertThat(execution.getSlot()).isNull();
    assertThat(slot.isUsed()).isFalse();
  }

  @Test
  void losingTheSlotFailsTheExecution() {
    in(RUNNING);
    TestingSlots.lose(slot, new IllegalStateException("gone"));
    assertThat(execution.getState()).isEqualTo(FAILED);
    assertThat(failure().exception().message()).isEqualTo("gone");
    assertThat(execution.getLocation()).isEqualTo(TestGraphs.location(1));
  }

  @Test
  void cancellingIsAskedForOnceUnlessRepeated() {
    in(RUNNING).cancel();
    execution.cancel();
    assertThat(gateway.cancelled).hasSize(1);
    execution.cancelAgain();
    assertThat(gateway.cancelled).hasSize(2);
    report(CANCELED);
    execution.cancelAgain();
    assertThat(gateway.cancelled).hasSize(2);
  }

  @Test
  void aTaskThatItsTaskManagerCancelledHasFailed() {
    in(RUNNING);
    report(CANCELED);
    assertThat(failure().exception().message()).contains("of its own accord");
  }

  @Test
  void aFailureWithoutReasonSaysSo() {
    in(RUNNING);
    report(FAILED, null);
    assertThat(failure().exception().message()).contains("no reason");
  }

  @Test
  void heartbeatsLeadOnButEndNothing() {
    in(DEPLOYING).updateProgress(RUNNING, new IOMetrics(5, 0, 0, 0));
    assertThat(execution.getState()).isEqualTo(RUNNING);
    execution.updateProgress(FINISHED, new IOMetrics(6, 0, 0, 0));
    execution.updateProgress(INITIALIZING, new IOMetrics(7, 0, 0, 0));
    assertThat(execution.getState()).isEqualTo(RUNNING);
    report(FINISHED);
    execution.updateProgress(RUNNING, new IOMetrics(9, 0, 0, 0));
    assertThat(execution.getState()).isEqualTo(FINISHED);
    assertThat(execution.archive().metrics()).isEqualTo(new IOMetrics(1, 2, 3, 4));
  }

  @Test
  void theTimeOfEachStateIsKept() {
    long start = clock.absoluteTimeMillis();
    clock.advance(Duration.ofMillis(5));
    in(DEPLOYING);
    clock.advance(Duration.ofMillis(5));
    report(RUNNING);
    clock.advance(Duration.ofMillis(5));
    report(FINISHED);
    assertThat(execution.archive().stateTimestamps())
        .containsEntry(CREATED, start)
        .containsEntry(SCHEDULED, start + 5)
        .containsEntry(DEPLOYING, start + 5)
        .containsEntry(RUNNING, start + 10)
        .containsEntry(FINISHED, start + 15)
        .doesNotContainKey(INITIALIZING);
  }

  private ArchivedExecutionGraph.ErrorInfo failure() {
    ArchivedExecutionGraph.ErrorInfo failure = execution.getFailure();
    assertThat(failure).isNotNull();
    return failure;
  }
}
