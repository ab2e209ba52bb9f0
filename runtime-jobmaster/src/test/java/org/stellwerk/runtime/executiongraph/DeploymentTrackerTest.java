package org.stellwerk.runtime.executiongraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.executiongraph.TestGraphs.taskManager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.ManualClock;
import org.stellwerk.rpc.simulation.RecordingFatalErrorHandler;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.DeploymentTracker.Reconciliation;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.slotpool.TestingSlots;
import org.stellwerk.runtime.jobmaster.slotpool.TestingTaskManagerGateway;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat.ExecutionStatus;

class DeploymentTrackerTest {

  private final TestingTaskManagerGateway gateway = new TestingTaskManagerGateway();
  private final JobGraph jobGraph = TestGraphs.single(1, 2);
  private final ExecutionGraph graph =
      new ExecutionGraph(
          jobGraph,
          TestGraphs.information(jobGraph),
          new GraphIdentity(new ExecutionGraphId(new UUID(1, 1)), 0),
          new ExecutionContext(
              new ManualClock(),
              Duration.ofSeconds(1),
              (execution, from, to) -> {},
              new RecordingFatalErrorHandler(),
              TransitionObserver.NONE));
  private final DeploymentTracker tracker = graph.getDeployments();
  private final List<Execution> executions = new ArrayList<>();

  @BeforeEach
  void deploy() {
    graph.schedule(graph.getAllVertices());
    graph.forEachExecution(executions::add);
    for (int i = 0; i < executions.size(); i++) {
      executions.get(i).tryAssignSlot(TestingSlots.slot(i, i, gateway).allocateLogicalSlot());
      executions.get(i).deploy();
    }
  }

  private Reconciliation report(ExecutionStatus... statuses) {
    return tracker.reconcile(taskManager(0), List.of(statuses));
  }

  private static ExecutionStatus status(Execution execution, ExecutionState state) {
    return new ExecutionStatus(execution.getAttemptId(), state, IOMetrics.ZERO);
  }

  private void acknowledge(int index) {
    gateway.submissions.get(index).complete(Acknowledge.INSTANCE);
  }

  @Test
  void attemptsAreTrackedByTaskManagerUntilTheyEnd() {
    assertThat(tracker.deployedOn(taskManager(0))).isEqualTo(1);
    assertThat(tracker.deployedOn(taskManager(1))).isEqualTo(1);
    assertThat(tracker.deployedOn(taskManager(2))).isZero();
    executions.get(0).fail(new IllegalStateException("x"));
    assertThat(tracker.deployedOn(taskManager(0))).isZero();
  }

  @Test
  void matchingSetsCauseNothing() {
    acknowledge(0);
    Reconciliation difference = report(status(executions.get(0), ExecutionState.RUNNING));
    assertThat(difference)
        .isEqualTo(new Reconciliation(List.of(), List.of(), List.of(), List.of()));
    assertThat(executions.get(0).getState()).isEqualTo(ExecutionState.RUNNING);
  }

  @Test
  void whatIsNotAcknowledgedIsNotMissed() {
    report();
    report();
    assertThat(report().missing()).isEmpty();
    assertThat(report().unanswered()).as("the answer may come").isEmpty();
  }

  @Test
  void whatHasNoAnswerInTimeAndIsNotThereMayNotHaveArrived() {
    Execution execution = executions.get(0);
    timeOut(0);
    assertThat(report().unanswered()).containsExactly(execution);
    execution.sendAgain();
    assertThat(report().unanswered()).isEmpty();
    timeOut(2);
    assertThat(report(status(execution, ExecutionState.RUNNING)).unanswered()).isEmpty();
    assertThat(report().unanswered()).as("it has been there").isEmpty();
    assertThat(report().missing()).containsExactly(execution);
  }

  @Test
  void whatIsCancelledIsMissedOnceTheCancellationWasAnswered() {
    Execution execution = executions.get(0);
    gateway.cancellation = new CompletableFuture<>();
    execution.cancel();
    timeOut(0);
    assertThat(report().unanswered()).isEmpty();
    gateway.cancellation.completeExceptionally(new TimeoutException("no answer"));
    assertThat(report().unanswered()).containsExactly(execution);
    gateway.cancellation = CompletableFuture.completedFuture(Acknowledge.INSTANCE);
    execution.sendAgain();
    assertThat(report()).isEqualTo(new Reconciliation(List.of(), List.of(), List.of(), List.of()));
    assertThat(report().missing()).containsExactly(execution);
  }

  private void timeOut(int submission) {
    gateway.submissions.get(submission).completeExceptionally(new TimeoutException("no answer"));
  }

  @Test
  void anAttemptIsMissingOnlyInTheSecondReportAfterItsAcknowledgement() {
    acknowledge(0);
    assertThat(report().missing()).isEmpty();
    assertThat(report().missing()).containsExactly(executions.get(0));
  }

  @Test
  void aReportThatHasItClearsTheSuspicion() {
    acknowledge(0);
    report();
    report(status(executions.get(0), ExecutionState.RUNNING));
    assertThat(report().missing()).isEmpty();
  }

  @Test
  void unknownAttemptsAreToldApartByAttemptUnlessTheyHaveEnded() {
    ExecutionAttemptID known = executions.get(0).getAttemptId();
    ExecutionAttemptID other =
        new ExecutionAttemptID(known.executionGraphId(), known.executionVertexId(), 7);
    assertThat(
            report(
                    status(executions.get(0), ExecutionState.RUNNING),
                    new ExecutionStatus(other, ExecutionState.RUNNING, IOMetrics.ZERO))
                .unknown())
        .containsExactly(other);
    assertThat(
            report(new ExecutionStatus(other, ExecutionState.FINISHED, IOMetrics.ZERO)).unknown())
        .isEmpty();
  }

  @Test
  void aCancellationThatWasNotHeardIsFound() {
    executions.get(0).cancel();
    assertThat(report(status(executions.get(0), ExecutionState.RUNNING)).notCancelled())
        .containsExactly(executions.get(0));
    assertThat(report(status(executions.get(0), ExecutionState.CANCELING)).notCancelled())
        .isEmpty();
    assertThat(report(status(executions.get(0), ExecutionState.FINISHED)).notCancelled()).isEmpty();
  }
}
