package org.stellwerk.runtime.resourcemanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.RegistrationResponse.TaskExecutorSuccess;
import org.stellwerk.runtime.messages.ResourceOverview;
import org.stellwerk.runtime.messages.ResourceRequirements;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;
import org.stellwerk.runtime.messages.TaskManagerInfo;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.exceptions.SlotAllocationException;
import org.stellwerk.runtime.messages.exceptions.UnknownJobMasterException;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;
import org.stellwerk.runtime.resourcemanager.TestingTaskExecutor.SlotCall;

class ResourceManagerTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final ResourceManagerConfig CONFIG =
      new ResourceManagerConfig(
          Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(30));

  private final SimScheduler sim = new SimScheduler(11);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimNode jmNode = net.newNode("jm");
  private final SimNode teNode = net.newNode("te");
  private final ResourceManagerId session = ResourceManagerId.generate(jmNode.ids());
  private final ResourceManager resourceManager = newResourceManager();
  private final JobID jobId = JobID.generate(jmNode.ids());
  private final ResourceID jmResource = new ResourceID("jm");
  private final TestingJobMaster jobMaster = newJobMaster();
  private final TestingTaskExecutor taskExecutor = newTaskExecutor("te1", 2);
  private final ResourceManagerGateway gateway;

  private ResourceManager newResourceManager() {
    RuntimeServices services =
        new RuntimeServices(
            jmNode.clock(),
            jmNode.ids(),
            jmNode.random(),
            jmNode.io(),
            jmNode.fatalErrors(),
            FaultPoints.NONE,
            TransitionObserver.NONE);
    return new ResourceManager(jmNode.rpc(), session, new ResourceID("jm"), CONFIG, services);
  }

  private TestingJobMaster newJobMaster() {
    TestingJobMaster created =
        new TestingJobMaster(jmNode.rpc(), jobId, JobMasterId.generate(jmNode.ids()));
    created.start();
    return created;
  }

  private TestingTaskExecutor newTaskExecutor(String name, int slots) {
    TestingTaskExecutor created = new TestingTaskExecutor(teNode.rpc(), name, slots);
    created.start();
    return created;
  }

  ResourceManagerTest() {
    resourceManager.start();
    gateway = connect(session);
  }

  private ResourceManagerGateway connect(ResourceManagerId token) {
    return sim.await(
        teNode.rpc().connect(resourceManager.getAddress(), token, ResourceManagerGateway.class));
  }

  @BeforeEach
  void checkAfterEachEvent() {
    sim.addCheck(
        () -> {
          resourceManager.internalMainThreadGuard().enter();
          try {
            resourceManager.checkInvariants();
          } finally {
            resourceManager.internalMainThreadGuard().leave();
          }
        });
  }

  @AfterEach
  void nothingWentWrong() {
    sim.runFor(Duration.ofMillis(100));
  }

  private InstanceID register(TestingTaskExecutor executor) {
    RegistrationResponse response =
        sim.await(gateway.registerTaskExecutor(executor.registration(), TIMEOUT));
    assertThat(response).isInstanceOf(TaskExecutorSuccess.class);
    return ((TaskExecutorSuccess) response).registrationId();
  }

  private void register(TestingJobMaster master) {
    RegistrationResponse response =
        sim.await(
            gateway.registerJobMaster(
                master.getFencingToken(), jmResource, master.getAddress(), jobId, TIMEOUT));
    assertThat(response)
        .isEqualTo(new RegistrationResponse.JobMasterSuccess(session, new ResourceID("jm")));
  }

  private CompletableFuture<Acknowledge> declare(TestingJobMaster master, long version, int slots) {
    return gateway.declareRequiredResources(
        master.getFencingToken(),
        new ResourceRequirements(jobId, master.getAddress(), version, slots),
        TIMEOUT);
  }

  private CompletableFuture<Acknowledge> beat(TestingTaskExecutor executor, InstanceID id) {
    return beat(executor, id, executor.freeReport());
  }

  private CompletableFuture<Acknowledge> beat(
      TestingTaskExecutor executor, InstanceID id, SlotReport report) {
    return gateway.heartbeatFromTaskManager(
        executor.resourceId(),
        id,
        new TaskExecutorHeartbeat.ToResourceManager(report, 1234),
        TIMEOUT);
  }

  private ResourceOverview overview() {
    return sim.await(gateway.requestResourceOverview(TIMEOUT));
  }

  private void seconds(int seconds) {
    sim.runFor(Duration.ofSeconds(seconds));
  }

  @Test
  void aWrongSessionIsFencedOff() {
    ResourceManagerGateway stale = connect(ResourceManagerId.generate(jmNode.ids()));
    assertThat(sim.awaitFailure(stale.requestResourceOverview(TIMEOUT)))
        .isInstanceOf(FencingTokenException.class);
  }

  @Test
  void aDeclaredNeedIsAskedForAtTheTaskExecutor() {
    InstanceID id = register(taskExecutor);
    register(jobMaster);
    sim.await(declare(jobMaster, 1, 2));
    sim.runUntil(() -> taskExecutor.slotCalls.size() == 2);
    for (SlotCall call : taskExecutor.slotCalls) {
      assertThat(call.jobId()).isEqualTo(jobId);
      assertThat(call.jobMaster().address()).isEqualTo(jobMaster.getAddress());
      assertThat(call.jobMaster().jobMasterId()).isEqualTo(jobMaster.getFencingToken());
    }
    assertThat(overview()).isEqualTo(new ResourceOverview(1, 2, 0));
    SlotCall freed = taskExecutor.slotCalls.get(0);
    sim.await(declare(jobMaster, 2, 1));
    gateway.notifySlotAvailable(id, freed.slotId(), freed.allocationId());
    seconds(1);
    assertThat(overview()).isEqualTo(new ResourceOverview(1, 2, 1));
  }

  @Test
  void noStepBetweenDeclarationAndRequestWaitsForATimer() {
    register(jobMaster);
    sim.await(declare(jobMaster, 1, 2));
    long before = sim.nowNanos();
    register(taskExecutor);
    sim.runUntil(() -> taskExecutor.slotCalls.size() == 2);
    assertThat(Duration.ofNanos(sim.nowNanos() - before)).isLessThan(Duration.ofMillis(20));
  }

  @Test
  void aDeclarationOfAnUnknownOrFormerJobMasterIsAnError() {
    assertThat(sim.awaitFailure(declare(jobMaster, 1, 2)))
        .isInstanceOf(UnknownJobMasterException.class)
        .hasMessageContaining(jobId.toString());
    register(jobMaster);
    register(newJobMaster());
    assertThat(sim.awaitFailure(declare(jobMaster, 1, 2)))
        .isInstanceOf(UnknownJobMasterException.class);
  }

  @Test
  void aNewerJobMasterReplacesTheOlderWhichIsTold() {
    register(taskExecutor);
    register(jobMaster);
    register(jobMaster);
    assertThat(jobMaster.disconnects).isEmpty();
    sim.await(declare(jobMaster, 7, 0));
    TestingJobMaster newer = newJobMaster();
    register(newer);
    seconds(1);
    assertThat(jobMaster.disconnects).hasSize(1);
    sim.await(declare(newer, 1, 1));
    sim.runUntil(() -> taskExecutor.slotCalls.size() == 1);
    assertThat(taskExecutor.slotCalls.get(0).jobMaster().jobMasterId())
        .isEqualTo(newer.getFencingToken());
  }

  @Test
  void registeringAgainGivesANewIdAndCountsOnce() {
    InstanceID first = register(taskExecutor);
    InstanceID second = register(taskExecutor);
    assertThat(second).isNotEqualTo(first);
    assertThat(overview()).isEqualTo(new ResourceOverview(1, 2, 2));
    assertThat(sim.awaitFailure(beat(taskExecutor, first)))
        .isInstanceOf(UnknownTaskExecutorException.class);
    sim.await(beat(taskExecutor, second));
  }

  @Test
  void ofTwoRegistrationsUnderWayTheLaterOneCounts() {
    List<CompletableFuture<RegistrationResponse>> answers =
        List.of(
            gateway.registerTaskExecutor(taskExecutor.registration(), TIMEOUT),
            gateway.registerTaskExecutor(taskExecutor.registration(), TIMEOUT));
    sim.runUntil(() -> answers.stream().allMatch(CompletableFuture::isDone));
    InstanceID last = ((TaskExecutorSuccess) answers.get(1).join()).registrationId();
    sim.await(beat(taskExecutor, last));
    assertThat(overview().taskManagers()).isEqualTo(1);
  }

  @Test
  void aRegistrationWithAWrongReportIsRejected() {
    TaskExecutorRegistration honest = taskExecutor.registration();
    SlotStatus slot = honest.slotReport().slots().get(0);
    TaskExecutorRegistration twice =
        new TaskExecutorRegistration(
            honest.taskExecutorAddress(),
            honest.location(),
            honest.hardware(),
            new SlotReport(List.of(slot, slot)));
    assertThat(sim.await(gateway.registerTaskExecutor(twice, TIMEOUT)))
        .isInstanceOf(RegistrationResponse.Rejection.class);
    assertThat(overview().taskManagers()).isZero();
  }

  @Test
  void anUnreachableTaskExecutorIsNotRegistered() {
    TaskExecutorRegistration honest = taskExecutor.registration();
    TaskExecutorRegistration nowhere =
        new TaskExecutorRegistration(
            "sim://te/nobody", honest.location(), honest.hardware(), honest.slotReport());
    sim.awaitFailure(gateway.registerTaskExecutor(nowhere, Duration.ofMinutes(1)));
    assertThat(overview().taskManagers()).isZero();
  }

  @Test
  void aRefusedSlotIsAskedForElsewhere() {
    register(taskExecutor);
    register(jobMaster);
    taskExecutor.slotAnswer =
        CompletableFuture.failedFuture(new SlotAllocationException("slot has another allocation"));
    sim.await(declare(jobMaster, 1, 1));
    sim.runUntil(() -> taskExecutor.slotCalls.size() == 2);
    TestingTaskExecutor other = newTaskExecutor("te2", 1);
    register(other);
    sim.runUntil(() -> other.slotCalls.size() == 1);
    seconds(1);
    assertThat(taskExecutor.slotCalls).hasSize(2);
    assertThat(overview()).isEqualTo(new ResourceOverview(2, 3, 2));
  }

  @Test
  void anUnansweredRequestIsGivenUpAfterItsTimeout() {
    InstanceID id = register(taskExecutor);
    register(jobMaster);
    taskExecutor.slotAnswer = new CompletableFuture<>();
    sim.await(declare(jobMaster, 1, 2));
    TestingTaskExecutor other = newTaskExecutor("te2", 2);
    register(other);
    seconds(9);
    sim.await(beat(taskExecutor, id));
    assertThat(other.slotCalls).isEmpty();
    seconds(2);
    assertThat(other.slotCalls).hasSize(2);
  }

  @Test
  void aSilentTaskExecutorIsLostWithItsSlotsAndToldOnce() {
    InstanceID id = register(taskExecutor);
    for (int i = 0; i < 30; i++) {
      seconds(1);
      sim.await(beat(taskExecutor, id));
    }
    assertThat(overview().taskManagers()).isEqualTo(1);
    seconds(16);
    assertThat(overview()).isEqualTo(new ResourceOverview(0, 0, 0));
    assertThat(taskExecutor.disconnects).hasSize(1);
    assertThat(taskExecutor.disconnects.get(0)).contains("nothing was heard of it for 15000 ms");
    assertThat(sim.awaitFailure(beat(taskExecutor, id)))
        .isInstanceOf(UnknownTaskExecutorException.class);
  }

  @Test
  void aTaskExecutorThatLeavesIsNotTold() {
    InstanceID id = register(taskExecutor);
    gateway.disconnectTaskManager(taskExecutor.resourceId(), TaskManagerLoss.left("enough"));
    seconds(60);
    assertThat(overview().taskManagers()).isZero();
    assertThat(taskExecutor.disconnects).isEmpty();
    assertThat(sim.awaitFailure(beat(taskExecutor, id)))
        .isInstanceOf(UnknownTaskExecutorException.class);
  }

  @Test
  void aDeathIsToldToAllJobMastersAndIdleSlotsAreUsedAtOnce() {
    TestingTaskExecutor other = newTaskExecutor("te2", 2);
    register(jobMaster);
    InstanceID id = register(taskExecutor);
    sim.await(declare(jobMaster, 1, 2));
    sim.runUntil(() -> taskExecutor.slotCalls.size() == 2, TIMEOUT);
    register(other);
    TaskManagerLoss goodbye = TaskManagerLoss.ended("it was asked to end");
    gateway.disconnectTaskManager(taskExecutor.resourceId(), goodbye);
    sim.runUntil(() -> other.slotCalls.size() == 2, Duration.ofMillis(50));
    sim.runUntil(() -> !jobMaster.losses.isEmpty(), Duration.ofMillis(50));
    assertThat(jobMaster.losses).containsExactly(goodbye);
    assertThat(sim.awaitFailure(beat(taskExecutor, id)))
        .isInstanceOf(UnknownTaskExecutorException.class);
  }

  @Test
  void aKilledProcessIsLostAndToldWithoutWaitingForHeartbeats() {
    register(jobMaster);
    register(taskExecutor);
    teNode.crash();
    sim.runUntil(() -> !jobMaster.losses.isEmpty(), Duration.ofMillis(300));
    assertThat(jobMaster.losses).hasSize(1);
    assertThat(jobMaster.losses.get(0).kind()).isEqualTo(TaskManagerLoss.Kind.GONE);
    assertThat(snapshotOfTaskExecutors()).isEmpty();
  }

  @Test
  void aSilenceThatAJobMasterReportsIsBelievedOnlyIfItIsHeardHereToo() {
    register(jobMaster);
    InstanceID id = register(taskExecutor);
    TaskManagerLoss silent = TaskManagerLoss.silent(15_000);
    seconds(10);
    sim.await(beat(taskExecutor, id));
    sim.await(gateway.heartbeatFromJobMaster(jmResource, jobId, TIMEOUT));
    seconds(5);
    gateway.disconnectTaskManager(taskExecutor.resourceId(), silent);
    seconds(1);
    assertThat(snapshotOfTaskExecutors()).hasSize(1);
    seconds(2);
    gateway.disconnectTaskManager(taskExecutor.resourceId(), silent);
    seconds(1);
    assertThat(snapshotOfTaskExecutors()).isEmpty();
    assertThat(jobMaster.losses).containsExactly(silent);
    assertThat(taskExecutor.disconnects).hasSize(1);
  }

  @Test
  void anotherProcessUnderTheIdEndsTheFormerOneForTheJobMasters() {
    register(jobMaster);
    register(taskExecutor);
    TestingTaskExecutor successor = new TestingTaskExecutor(net.newNode("te-new").rpc(), "te1", 2);
    successor.start();
    register(successor);
    sim.runUntil(() -> !jobMaster.losses.isEmpty(), TIMEOUT);
    assertThat(jobMaster.losses.get(0).kind()).isEqualTo(TaskManagerLoss.Kind.GONE);
    assertThat(overview().slotsTotal()).isEqualTo(2);
  }

  private List<ResourceManagerSnapshot.TaskExecutor> snapshotOfTaskExecutors() {
    resourceManager.internalMainThreadGuard().enter();
    try {
      return resourceManager.snapshot().taskExecutors();
    } finally {
      resourceManager.internalMainThreadGuard().leave();
    }
  }

  @Test
  void aSilentJobMasterLosesItsNeedAndIsTold() {
    register(jobMaster);
    sim.await(declare(jobMaster, 1, 2));
    for (int i = 0; i < 30; i++) {
      seconds(1);
      sim.await(gateway.heartbeatFromJobMaster(jmResource, jobId, TIMEOUT));
    }
    assertThat(jobMaster.disconnects).isEmpty();
    seconds(16);
    assertThat(jobMaster.disconnects).hasSize(1);
    assertThat(sim.awaitFailure(gateway.heartbeatFromJobMaster(jmResource, jobId, TIMEOUT)))
        .isInstanceOf(UnknownJobMasterException.class);
    register(taskExecutor);
    seconds(1);
    assertThat(taskExecutor.slotCalls).isEmpty();
  }

  @Test
  void aJobMasterThatLeavesLosesItsNeedUnlessItIsAFormerOne() {
    register(jobMaster);
    sim.await(declare(jobMaster, 1, 2));
    gateway.disconnectJobMaster(
        jobId, JobMasterId.generate(jmNode.ids()), JobStatus.FINISHED, "former");
    seconds(1);
    sim.await(declare(jobMaster, 2, 2));
    gateway.disconnectJobMaster(jobId, jobMaster.getFencingToken(), JobStatus.FINISHED, "done");
    seconds(1);
    register(taskExecutor);
    seconds(1);
    assertThat(taskExecutor.slotCalls).isEmpty();
    assertThat(jobMaster.disconnects).isEmpty();
  }

  @Test
  void aShortageIsToldAfterTheStartUpTimeOnly() {
    register(jobMaster);
    InstanceID id = register(taskExecutor);
    sim.await(declare(jobMaster, 1, 5));
    for (int i = 0; i < 29; i++) {
      seconds(1);
      sim.await(beat(taskExecutor, id, report(taskExecutor.slotCalls)));
      sim.await(gateway.heartbeatFromJobMaster(jmResource, jobId, TIMEOUT));
    }
    assertThat(jobMaster.shortages).isEmpty();
    seconds(2);
    assertThat(jobMaster.shortages).containsExactly("2 of 2");
  }

  private static SlotReport report(List<SlotCall> calls) {
    return new SlotReport(
        calls.stream()
            .map(call -> new SlotStatus(call.slotId(), call.allocationId(), call.jobId()))
            .sorted((one, other) -> one.slotId().compareTo(other.slotId()))
            .toList());
  }

  @Test
  void taskManagersAreListedById() {
    TestingTaskExecutor b = newTaskExecutor("b", 1);
    TestingTaskExecutor a = newTaskExecutor("a", 3);
    register(b);
    InstanceID id = register(a);
    seconds(1);
    sim.await(beat(a, id));
    List<TaskManagerInfo> infos = sim.await(gateway.requestTaskManagerInfos(TIMEOUT));
    assertThat(infos)
        .extracting(info -> info.location().resourceId().value())
        .containsExactly("a", "b");
    TaskManagerInfo info = infos.get(0);
    assertThat(info.slotsTotal()).isEqualTo(3);
    assertThat(info.slotsFree()).isEqualTo(3);
    assertThat(info.freeHeap()).isEqualTo(1234);
    assertThat(info.rpcAddress()).isEqualTo(a.getAddress());
    assertThat(info.lastHeartbeatMs()).isGreaterThan(infos.get(1).lastHeartbeatMs());
  }

  @Test
  void stoppingItDisconnectsAllPeers() {
    register(taskExecutor);
    register(jobMaster);
    sim.await(resourceManager.closeAsync());
    seconds(1);
    assertThat(taskExecutor.disconnects).hasSize(1);
    assertThat(jobMaster.disconnects).hasSize(1);
  }
}
