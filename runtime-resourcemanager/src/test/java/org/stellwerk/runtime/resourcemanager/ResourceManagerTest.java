package org.stellwerk.runtime.resourcemanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.RegistrationResponse.TaskExecutorSuccess;
import org.stellwerk.runtime.messages.ResourceOverview;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;
import org.stellwerk.runtime.messages.TaskManagerInfo;
import org.stellwerk.runtime.messages.exceptions.SlotAllocationException;
import org.stellwerk.runtime.messages.exceptions.UnknownJobMasterException;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;
import org.stellwerk.runtime.resourcemanager.TestingTaskExecutor.SlotCall;

class ResourceManagerTest extends ResourceManagerTestBase {

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
    gateway.notifySlotsAvailable(
        id, List.of(new SlotAllocation(freed.slotId(), freed.allocationId())));
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
            new SlotReport(List.of(slot, slot)),
            Availability.INITIAL);
    assertThat(sim.await(gateway.registerTaskExecutor(twice, TIMEOUT)))
        .isInstanceOf(RegistrationResponse.Rejection.class);
    assertThat(overview().taskManagers()).isZero();
  }

  @Test
  void anUnreachableTaskExecutorIsNotRegistered() {
    TaskExecutorRegistration honest = taskExecutor.registration();
    TaskExecutorRegistration nowhere =
        new TaskExecutorRegistration(
            "sim://te/nobody",
            honest.location(),
            honest.hardware(),
            honest.slotReport(),
            Availability.INITIAL);
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
  void ofTwoSlotsTheOneThatIsRefusedIsAskedForElsewhere() {
    register(taskExecutor);
    register(jobMaster);
    taskExecutor.slotAnswer = new CompletableFuture<>();
    sim.await(declare(jobMaster, 1, 2));
    sim.runUntil(() -> taskExecutor.slotCalls.size() == 2);
    TestingTaskExecutor other = newTaskExecutor("te2", 2);
    register(other);
    taskExecutor.slotAnswer.complete(
        List.of(new SlotRefusal(taskExecutor.slotCalls.get(1).allocationId(), "taken")));
    sim.runUntil(() -> other.slotCalls.size() == 1);
    seconds(1);
    assertThat(overview()).isEqualTo(new ResourceOverview(2, 4, 2));
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
  void aSilentJobMasterLosesItsNeedAndIsTold() {
    register(jobMaster);
    sim.await(declare(jobMaster, 1, 2));
    for (int i = 0; i < 30; i++) {
      seconds(1);
      sim.await(gateway.heartbeatFromJobMaster(jmResource, jobId, TIMEOUT));
    }
    assertThat(jobMaster.disconnects).isEmpty();
    seconds(17);
    assertThat(jobMaster.disconnects).as("its process answers").isEmpty();
    seconds(2);
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
