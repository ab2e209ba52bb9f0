package org.stellwerk.runtime.jobmaster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.executiongraph.TestGraphs.taskManager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;

class JobMasterTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration LONG = Duration.ofMinutes(2);

  private final SimScheduler sim = new SimScheduler(7);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimNode jmNode = net.newNode("jm");
  private final SimNode rmNode = net.newNode("rm");
  private final SimNode node1 = net.newNode("tm-1");
  private final SimNode node2 = net.newNode("tm-2");
  private final UUID session = new UUID(3, 3);
  private final JobGraph jobGraph = TestGraphs.pipeline(1, 4, 2);
  private final List<ArchivedExecutionGraph> ended = new ArrayList<>();
  private final TestingResourceManager resourceManager =
      new TestingResourceManager(rmNode.rpc(), session);
  private final TestingTaskExecutor te1 = new TestingTaskExecutor(node1.rpc(), 1);
  private final TestingTaskExecutor te2 = new TestingTaskExecutor(node2.rpc(), 2);
  private final JobMaster jobMaster =
      JobMasters.withoutRestarts(jmNode, session, jobGraph, resourceManager, ended, sim);
  private final JobMasterGateway gateway = jobMaster.getSelfGateway(JobMasterGateway.class);

  @BeforeEach
  void start() {
    te1.start();
    te2.start();
    resourceManager.start();
    JobMasters.check(jobMaster, jmNode, sim);
  }

  @AfterEach
  void nothingElseWentWrong() {
    sim.runFor(Duration.ofMillis(100));
  }

  private void giveSlots() {
    resourceManager.addSlot(te1);
    resourceManager.addSlot(te1);
    resourceManager.addSlot(te2);
    resourceManager.addSlot(te2);
  }

  private void run() {
    giveSlots();
    jobMaster.start();
    sim.runUntil(() -> job().toDetails().tasksPerState().get(ExecutionState.RUNNING) == 6, LONG);
  }

  private ArchivedExecutionGraph job() {
    jobMaster.internalMainThreadGuard().enter();
    try {
      return jobMaster.requestJob(TIMEOUT).join();
    } finally {
      jobMaster.internalMainThreadGuard().leave();
    }
  }

  private void awaitStatus(JobStatus status) {
    sim.runUntil(() -> job().state() == status, LONG);
  }

  private JobMasterAddress address() {
    return new JobMasterAddress(jobMaster.getAddress(), new JobMasterId(session));
  }

  /** Beats as a TaskExecutor does, for the test's time. */
  private void beat(TestingTaskExecutor executor) {
    sim.at(
        Duration.ofSeconds(1),
        "beat",
        () -> {
          if (executor.jobMaster != null) {
            executor
                .jobMaster()
                .heartbeatFromTaskManager(
                    executor.location.resourceId(), executor.heartbeat(), TIMEOUT);
          }
          beat(executor);
        });
  }

  @Test
  void aJobRunsFromItsNeedToItsEnd() {
    run();
    assertThat(resourceManager.declarations)
        .singleElement()
        .satisfies(
            declared -> {
              assertThat(declared.jobId()).isEqualTo(jobGraph.jobId());
              assertThat(declared.jobMasterAddress()).startsWith(jobMaster.getAddress() + "#");
              assertThat(declared.version()).isEqualTo(1);
              assertThat(declared.numberOfSlots()).isEqualTo(4);
            });
    assertThat(te1.batches).hasSize(1);
    assertThat(te2.batches).hasSize(1);
    assertThat(te1.tasks.values())
        .extracting(task -> task.taskNameWithSubtask())
        .containsExactly("source (1/4)", "source (3/4)", "sink (1/2)");
    assertThat(te2.tasks.values())
        .extracting(task -> task.taskNameWithSubtask())
        .containsExactly("source (2/4)", "source (4/4)", "sink (2/2)");
    te1.reportAll(ExecutionState.FINISHED);
    te2.reportAll(ExecutionState.FINISHED);
    awaitStatus(JobStatus.FINISHED);
    sim.runFor(Duration.ofSeconds(1));
    assertThat(ended).extracting(ArchivedExecutionGraph::state).containsExactly(JobStatus.FINISHED);
    assertThat(te1.freed).hasSize(2);
    assertThat(te2.freed).hasSize(2);
    assertThat(resourceManager.disconnects).containsExactly(jobGraph.jobId() + " FINISHED");
    assertThat(sim.await(gateway.requestJobStatus(TIMEOUT))).isEqualTo(JobStatus.FINISHED);
    jobMaster.resultIsDurable();
    sim.await(jobMaster.closeAsync());
    sim.runFor(Duration.ofSeconds(1));
    assertThat(te1.farewells).containsExactly("free 2", "disconnect");
    assertThat(te2.farewells).containsExactly("free 2", "disconnect");
  }

  @Test
  void aFailedTaskFailsTheJobAndItsSlotsAreFreed() {
    run();
    ExecutionAttemptID first = te1.tasks.keySet().iterator().next();
    te1.report(
        first,
        ExecutionState.FAILED,
        SerializedThrowable.of(new IllegalArgumentException("user code")));
    awaitStatus(JobStatus.FAILED);
    sim.runFor(Duration.ofSeconds(1));
    assertThat(te1.cancelled).hasSize(2);
    assertThat(te2.cancelled).hasSize(3);
    assertThat(te2.freed).hasSize(2);
    assertThat(ended.get(0).toResult().failure()).isNotNull();
    assertThat(ended.get(0).toResult().failure().rootCause().message()).isEqualTo("user code");
  }

  @Test
  void aCancelledJobEndsCanceled() {
    run();
    sim.await(gateway.cancel(TIMEOUT));
    awaitStatus(JobStatus.CANCELED);
    assertThat(te1.cancelled).hasSize(3);
  }

  @Test
  void aTaskManagerThatFallsSilentIsLost() {
    run();
    beat(te1);
    net.isolate("tm-2");
    awaitStatus(JobStatus.FAILED);
    assertThat(ended.get(0).toResult().failure()).isNotNull();
    assertThat(ended.get(0).toResult().failure().message())
        .startsWith("TaskManager tm-2 at host-2:7002 was lost: nothing was heard of it for 15000");
    assertThat(resourceManager.losses).containsExactly(TaskManagerLoss.silent(15_000));
    assertThat(job().vertices().get(0).subtasks().get(0).state())
        .isEqualTo(ExecutionState.CANCELED);
  }

  @Test
  void aTaskManagerThatSpeaksIsNotLost() {
    run();
    beat(te1);
    beat(te2);
    sim.runFor(Duration.ofMinutes(1));
    assertThat(job().state()).isEqualTo(JobStatus.RUNNING);
    assertThat(resourceManager.heartbeats).isGreaterThan(50);
  }

  @Test
  void aTaskManagerThatLeavesFailsTheJob() {
    run();
    te2.jobMaster().disconnectTaskManager(taskManager(2), TaskManagerLoss.ended("it was stopped"));
    awaitStatus(JobStatus.FAILED);
    assertThat(ended.get(0).toResult().failure().message())
        .isEqualTo("TaskManager tm-2 at host-2:7002 has left: it was stopped");
    assertThat(resourceManager.losses).isEmpty();
    sim.runFor(Duration.ofSeconds(1));
    assertThat(te2.disconnects).hasSize(1);
    assertThat(te2.freed).isEmpty();
  }

  @Test
  void aKilledTaskManagerIsLostWithoutWaitingForHeartbeats() {
    run();
    node2.crash();
    sim.runUntil(() -> job().state() == JobStatus.FAILED, Duration.ofMillis(300));
    assertThat(ended.get(0).toResult().failure().message())
        .startsWith("TaskManager tm-2 at host-2:7002 was lost: its process is gone");
    assertThat(jobMaster.registeredTaskManagers()).containsExactly(taskManager(1));
  }

  @Test
  void whatTheResourceManagerLostIsLostAtOnce() {
    run();
    beat(te1);
    beat(te2);
    sim.runFor(Duration.ofSeconds(3));
    gateway.disconnectTaskManager(taskManager(2), TaskManagerLoss.gone("killed"));
    awaitStatus(JobStatus.FAILED);
    assertThat(ended.get(0).toResult().failure().message())
        .isEqualTo("TaskManager tm-2 at host-2:7002 was lost: its process is gone: killed");
    assertThat(te2.disconnects).hasSize(1);
  }

  @Test
  void thatNothingWasHeardOfATaskManagerIsBelievedOnlyIfItWasNotHeardHereEither() {
    run();
    beat(te1);
    beat(te2);
    sim.runFor(Duration.ofSeconds(20));
    gateway.disconnectTaskManager(taskManager(2), TaskManagerLoss.silent(15_000));
    sim.runFor(Duration.ofSeconds(1));
    assertThat(job().state()).isEqualTo(JobStatus.RUNNING);
    net.isolate("tm-2");
    sim.runFor(Duration.ofSeconds(9));
    assertThat(job().state()).isEqualTo(JobStatus.RUNNING);
    gateway.disconnectTaskManager(taskManager(2), TaskManagerLoss.silent(15_000));
    awaitStatus(JobStatus.FAILED);
  }

  @Test
  void losingATaskManagerBeforeDeploymentOnlyLosesItsSlots() {
    resourceManager.addSlot(te1);
    jobMaster.start();
    sim.runFor(Duration.ofSeconds(1));
    te1.jobMaster().disconnectTaskManager(taskManager(1), TaskManagerLoss.left("it shuts down"));
    sim.runFor(Duration.ofSeconds(1));
    assertThat(job().state()).isEqualTo(JobStatus.RUNNING);
  }

  @Test
  void slotsOfAnUnknownTaskManagerAreRefused() {
    jobMaster.start();
    assertThat(
            sim.awaitFailure(
                gateway.offerSlots(
                    taskManager(9), List.of(new SlotOffer(TestGraphs.allocation(1), 0)), TIMEOUT)))
        .isInstanceOf(UnknownTaskExecutorException.class);
    assertThat(
            sim.awaitFailure(
                gateway.heartbeatFromTaskManager(taskManager(9), te1.heartbeat(), TIMEOUT)))
        .isInstanceOf(UnknownTaskExecutorException.class);
  }

  @Test
  void slotsThatATaskManagerGaveUpUnheardAreNotUsedOnceItRegistersAgain() {
    resourceManager.addSlot(te1);
    jobMaster.start();
    sim.runFor(Duration.ofSeconds(1));
    te1.forgetJobMasters();
    List<SlotOffer> offers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      offers.add(new SlotOffer(TestGraphs.allocation(10 + i), i));
    }
    te1.offer(address(), jobGraph.jobId(), offers);
    sim.runUntil(() -> te1.tasks.size() == 6, LONG);
    assertThat(te1.tasks.values())
        .extracting(TaskDeploymentDescriptor::allocationId)
        .doesNotContain(TestGraphs.allocation(1));
  }

  @Test
  void aSlotThatFailsFailsItsTasksWithTheReason() {
    run();
    te1.jobMaster().failSlot(taskManager(1), TestGraphs.allocation(1), "broken");
    awaitStatus(JobStatus.FAILED);
    assertThat(ended.get(0).toResult().failure().rootCause().message()).contains("broken");
  }

  @Test
  void failingTheLastSlotDisconnectsTheTaskManager() {
    resourceManager.addSlot(te1);
    resourceManager.addSlot(te1);
    jobMaster.start();
    sim.runFor(Duration.ofSeconds(1));
    te1.jobMaster().failSlot(taskManager(1), TestGraphs.allocation(1), "broken");
    sim.runFor(Duration.ofSeconds(1));
    assertThat(te1.disconnects).isEmpty();
    te1.jobMaster().failSlot(taskManager(1), TestGraphs.allocation(2), "broken");
    sim.runFor(Duration.ofSeconds(1));
    assertThat(te1.disconnects).hasSize(1);
    assertThat(jobMaster.registeredTaskManagers()).isEmpty();
    assertThat(job().state()).isEqualTo(JobStatus.RUNNING);
  }

  @Test
  void itRegistersAgainWhenTheResourceManagerDisconnectsOrForgetsIt() {
    run();
    beat(te1);
    beat(te2);
    resourceManager.disconnect(jobGraph.jobId(), new JobMasterId(session));
    sim.runFor(Duration.ofSeconds(5));
    assertThat(resourceManager.registrations).isEqualTo(2);
    resourceManager.jobMasters.clear();
    sim.runFor(Duration.ofSeconds(5));
    assertThat(resourceManager.registrations).isEqualTo(3);
    assertThat(resourceManager.declarations).hasSize(3);
    net.setStatus("jm", "rm", SimNetwork.Status.BLACKHOLE);
    sim.runFor(Duration.ofSeconds(30));
    net.heal();
    sim.runFor(Duration.ofSeconds(30));
    assertThat(resourceManager.registrations).isGreaterThan(3);
    assertThat(job().state()).isEqualTo(JobStatus.RUNNING);
  }

  @Test
  void aDeclarationIsRepeatedUntilItIsAcknowledged() {
    resourceManager.refuseDeclarations = 2;
    run();
    assertThat(resourceManager.declarations).hasSize(3);
  }

  @Test
  void tooFewSlotsFailTheJobWithNumbers() {
    jobMaster.start();
    sim.runFor(Duration.ofSeconds(1));
    gateway.notifyNotEnoughResourcesAvailable(1, 3);
    awaitStatus(JobStatus.FAILED);
    assertThat(ended.get(0).toResult().failure().message())
        .contains("asked for 4, acquired 1, the cluster has 3");
  }

  @Test
  void anAttemptThatItsTaskManagerForgotHasFailed() {
    run();
    beat(te1);
    beat(te2);
    ExecutionAttemptID lost = te2.tasks.keySet().iterator().next();
    te2.tasks.remove(lost);
    awaitStatus(JobStatus.FAILED);
    assertThat(ended.get(0).toResult().failure().message()).contains("does not run the task");
  }

  @Test
  void aSlotThatItsTaskManagerDoesNotHaveAnyMoreIsLost() {
    run();
    beat(te1);
    beat(te2);
    te2.activeSlots.remove(0);
    awaitStatus(JobStatus.FAILED);
    assertThat(ended.get(0).toResult().failure().rootCause().message())
        .contains("the TaskManager does not have it any more");
  }

  @Test
  void aSlotThatTheJobDoesNotHaveIsFreedAgain() {
    run();
    AllocationID leftOver = TestGraphs.allocation(99);
    te1.activeSlots.add(leftOver);
    beat(te1);
    beat(te2);
    sim.runFor(Duration.ofSeconds(1));
    assertThat(te1.freed).isEmpty();
    sim.runFor(Duration.ofSeconds(9));
    assertThat(te1.freed).containsExactly(leftOver);
    assertThat(job().state()).isEqualTo(JobStatus.RUNNING);
  }

  @Test
  void anUnknownAttemptIsCancelledWhereItRuns() {
    run();
    ExecutionAttemptID stranger =
        new ExecutionAttemptID(
            new ExecutionGraphId(new UUID(5, 5)), new ExecutionVertexID(TestGraphs.SOURCE, 0), 0);
    te1.jobMaster()
        .heartbeatFromTaskManager(
            taskManager(1),
            new TaskExecutorHeartbeat.ToJobMaster(
                List.of(
                    new TaskExecutorHeartbeat.ExecutionStatus(
                        stranger, ExecutionState.RUNNING, IOMetrics.ZERO)),
                te1.activeSlots,
                List.of()),
            TIMEOUT);
    sim.runUntil(() -> te1.cancelled.contains(stranger), LONG);
    assertThat(
            sim.await(
                te1.jobMaster()
                    .updateTaskExecutionStates(
                        List.of(
                            new TaskExecutionState(
                                jobGraph.jobId(),
                                stranger,
                                ExecutionState.FAILED,
                                null,
                                IOMetrics.ZERO)),
                        TIMEOUT)))
        .containsExactly(stranger);
  }

  @Test
  void aLostRequestToCancelIsRepeated() {
    run();
    beat(te1);
    beat(te2);
    net.setOneWay("jm", "tm-2", SimNetwork.Status.BLACKHOLE);
    sim.await(gateway.cancel(TIMEOUT));
    sim.runFor(Duration.ofMillis(500));
    assertThat(te2.cancelled).isEmpty();
    net.heal();
    awaitStatus(JobStatus.CANCELED);
    assertThat(te2.cancelled).hasSize(3);
  }

  @Test
  void closingSuspendsTheJobEverywhere() {
    run();
    sim.await(jobMaster.closeAsync());
    sim.runFor(Duration.ofSeconds(1));
    assertThat(ended).isEmpty();
    assertThat(te1.suspensions).hasSize(1);
    assertThat(te2.suspensions).hasSize(1);
    assertThat(te1.disconnects).isEmpty();
    assertThat(te1.freed).isEmpty();
    assertThat(te1.cancelled).isEmpty();
    assertThat(resourceManager.disconnects).containsExactly(jobGraph.jobId() + " SUSPENDED");
  }

  @Test
  void whatRunsOnADrainingTaskManagerIsKeptForTheNextLeader() {
    run();
    gateway.notifyDraining(List.of(te1.location.resourceId()));
    sim.runFor(Duration.ofSeconds(1));
    assertThat(job().toDetails().tasksPerState()).containsEntry(ExecutionState.RUNNING, 6);
    sim.await(jobMaster.closeAsync());
    sim.runFor(Duration.ofSeconds(1));
    assertThat(te1.farewells).containsExactly("suspend");
    assertThat(te1.cancelled).isEmpty();
  }

  @Test
  void aCallOfAnotherSessionIsRefused() {
    jobMaster.start();
    JobMasterGateway other =
        sim.await(
            node1
                .rpc()
                .connect(
                    address().address(), new JobMasterId(new UUID(4, 4)), JobMasterGateway.class));
    assertThat(sim.awaitFailure(other.cancel(TIMEOUT))).isInstanceOf(FencingTokenException.class);
  }
}
