package org.stellwerk.runtime.jobmaster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.JobReport.HeldExecution;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.RegistrationResponse.JobMasterTaskExecutorSuccess;
import org.stellwerk.runtime.messages.SlotOffer;

/**
 * A TaskExecutor that registers a second time in one leader session goes on with what it has kept.
 */
class RegisteredAgainTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration LONG = Duration.ofMinutes(2);

  private final SimScheduler sim = new SimScheduler(7);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimNode jmNode = net.newNode("jm");
  private final UUID session = new UUID(3, 3);
  private final JobGraph jobGraph = TestGraphs.pipeline(1, 2, 2);
  private final List<ArchivedExecutionGraph> ended = new ArrayList<>();
  private final TestingResourceManager resourceManager =
      new TestingResourceManager(net.newNode("rm").rpc(), session);
  private final TestingTaskExecutor executor =
      new TestingTaskExecutor(net.newNode("tm-1").rpc(), 1);
  private final JobMaster jobMaster =
      JobMasters.withoutRestarts(jmNode, session, jobGraph, resourceManager, ended, sim);

  @BeforeEach
  void run() {
    executor.start();
    resourceManager.start();
    resourceManager.addSlot(executor);
    resourceManager.addSlot(executor);
    jobMaster.start();
    sim.runUntil(() -> executor.tasks.size() == 4, LONG);
    sim.runFor(Duration.ofMillis(100));
  }

  private static HeldExecution running(ExecutionAttemptID attempt) {
    AllocationID anywhere = new AllocationID(new UUID(5, 5));
    return new HeldExecution(attempt, ExecutionState.RUNNING, IOMetrics.ZERO, anywhere);
  }

  private List<SlotOffer> slots() {
    return executor.activeSlots.stream().map(id -> new SlotOffer(id, 0)).toList();
  }

  private JobMasterTaskExecutorSuccess registerAgain(
      List<SlotOffer> slots, List<HeldExecution> executions) {
    executor.report = new JobReport(slots, executions);
    executor.registerAgain(
        new JobMasterAddress(jobMaster.getAddress(), new JobMasterId(session)), jobGraph.jobId());
    sim.runUntil(() -> executor.answers.size() == 2, LONG);
    return (JobMasterTaskExecutorSuccess) executor.answers.get(1);
  }

  private void beat(int times) {
    for (int i = 0; i < times; i++) {
      sim.runFor(Duration.ofSeconds(1));
      sim.await(
          executor
              .jobMaster()
              .heartbeatFromTaskManager(
                  executor.location.resourceId(), executor.heartbeat(), TIMEOUT));
    }
  }

  @Test
  void itsTasksAndSlotsStay() {
    List<ExecutionAttemptID> attempts = List.copyOf(executor.tasks.keySet());
    JobMasterTaskExecutorSuccess answer =
        registerAgain(slots(), attempts.stream().map(RegisteredAgainTest::running).toList());
    assertThat(answer.attempts()).containsExactlyElementsOf(attempts);
    assertThat(answer.slots()).containsExactlyElementsOf(executor.activeSlots);
    beat(20);
    assertThat(executor.batches).hasSize(1);
    assertThat(executor.cancelled).isEmpty();
    assertThat(executor.disconnects).isEmpty();
    assertThat(ended).isEmpty();
    executor.reportAll(ExecutionState.FINISHED);
    sim.runUntil(() -> !ended.isEmpty(), LONG);
    assertThat(ended).extracting(ArchivedExecutionGraph::state).containsExactly(JobStatus.FINISHED);
  }

  @Test
  void itForgetsAJobThatIsOverOnlyWhenTheResultIsStored() {
    executor.reportAll(ExecutionState.FINISHED);
    sim.runUntil(() -> !ended.isEmpty(), LONG);
    JobMasterAddress address =
        new JobMasterAddress(jobMaster.getAddress(), new JobMasterId(session));
    executor.registerAgain(address, jobGraph.jobId());
    sim.runUntil(() -> executor.answers.size() == 2, LONG);
    assertThat(executor.answers.get(1)).isInstanceOf(RegistrationResponse.Failure.class);
    jobMaster.resultIsDurable();
    executor.registerAgain(address, jobGraph.jobId());
    sim.runUntil(() -> executor.answers.size() == 3, LONG);
    assertThat(executor.answers.get(2)).isInstanceOf(RegistrationResponse.Rejection.class);
  }

  @Test
  void whatTheJobDoesNotHaveDoesNotStay() {
    List<ExecutionAttemptID> attempts = List.copyOf(executor.tasks.keySet());
    ExecutionAttemptID older =
        new ExecutionAttemptID(
            attempts.get(0).executionGraphId(), attempts.get(0).executionVertexId(), 7);
    List<HeldExecution> executions = new ArrayList<>();
    attempts.forEach(attempt -> executions.add(running(attempt)));
    executions.add(running(older));
    List<SlotOffer> slots = new ArrayList<>(slots());
    slots.add(new SlotOffer(new AllocationID(new UUID(6, 6)), 2));
    JobMasterTaskExecutorSuccess answer = registerAgain(slots, executions);
    assertThat(answer.attempts()).containsExactlyElementsOf(attempts);
    assertThat(answer.slots()).containsExactlyElementsOf(executor.activeSlots);
  }

  /** The results of an attempt of which the end was heard are still the job's. */
  @Test
  void anEndThatIsKnownIsHeardAgainButARunningAttemptWhoseEndIsKnownDoesNotStay() {
    List<ExecutionAttemptID> attempts = List.copyOf(executor.tasks.keySet());
    sim.await(executor.report(attempts.get(0), ExecutionState.FINISHED, null));
    sim.await(executor.report(attempts.get(1), ExecutionState.FINISHED, null));
    HeldExecution finished =
        new HeldExecution(attempts.get(0), ExecutionState.FINISHED, IOMetrics.ZERO, null);
    JobMasterTaskExecutorSuccess answer =
        registerAgain(
            slots(),
            List.of(
                finished,
                running(attempts.get(1)),
                running(attempts.get(2)),
                running(attempts.get(3))));
    assertThat(answer.attempts())
        .containsExactly(attempts.get(0), attempts.get(2), attempts.get(3));
  }

  @Test
  void aTaskThatItLacksHasFailedWhenItsReportsSaySo() {
    List<ExecutionAttemptID> attempts = List.copyOf(executor.tasks.keySet());
    executor.tasks.remove(attempts.get(0));
    registerAgain(slots(), attempts.stream().skip(1).map(RegisteredAgainTest::running).toList());
    assertThat(ended).isEmpty();
    beat(2);
    sim.runUntil(() -> !ended.isEmpty(), LONG);
    assertThat(ended).extracting(ArchivedExecutionGraph::state).containsExactly(JobStatus.FAILED);
  }

  @Test
  void whoReportsNothingHasGivenItsTasksUp() {
    registerAgain(List.of(), List.of());
    sim.runUntil(() -> !ended.isEmpty(), LONG);
    assertThat(ended).extracting(ArchivedExecutionGraph::state).containsExactly(JobStatus.FAILED);
  }
}
