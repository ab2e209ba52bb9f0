package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;

class TaskExecutorRegistrationTest {

  @Test
  void registersWithItsSlotsAtTheLeader() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    assertThat(bed.rm.registrations).hasSize(1);
    TaskExecutorRegistration registration = bed.rm.registrations.get(0);
    assertThat(registration.taskExecutorAddress()).isEqualTo("sim://tm/taskexecutor");
    assertThat(registration.location().resourceId()).isEqualTo(bed.resourceId);
    assertThat(registration.location().host()).isEqualTo("tm-host");
    assertThat(registration.location().dataPort()).isEqualTo(TestingTaskRunner.DATA_PORT);
    assertThat(registration.hardware().cpuCores()).isEqualTo(4);
    assertThat(registration.slotReport().slots())
        .hasSize(TaskExecutorBed.SLOTS)
        .allMatch(SlotStatus::isFree);
  }

  @Test
  void registersAtEachNewLeaderAndStopsBeatingTheOld() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    LeaderInformation next = bed.newSession();
    TestingResourceManager nextManager = bed.resourceManager(next);
    bed.retrieval.lead(next);
    bed.settle();
    assertThat(nextManager.registrations).hasSize(1);
    int beats = bed.rm.heartbeats.size();
    bed.runFor(Duration.ofSeconds(5));
    assertThat(bed.rm.heartbeats).hasSize(beats);
    assertThat(nextManager.heartbeats).hasSizeBetween(4, 6);
  }

  @Test
  void stopsBeatingAResourceManagerWhoseLeadershipIsRevoked() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    bed.retrieval.lead(null);
    bed.settle();
    int beats = bed.rm.heartbeats.size();
    bed.runFor(Duration.ofSeconds(5));
    assertThat(bed.rm.heartbeats).hasSize(beats);
    bed.retrieval.lead(bed.leader);
    bed.settle();
    assertThat(bed.rm.registrations).hasSize(2);
  }

  @Test
  void registersAgainAMomentAfterBeingDisconnected() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    ResourceManagerId other = new ResourceManagerId(bed.jm.ids().nextUuid());
    bed.gateway.disconnectResourceManager(other, "outdated");
    bed.settle();
    assertThat(bed.rm.registrations).hasSize(1);
    bed.gateway.disconnectResourceManager(bed.rm.getFencingToken(), "for a test");
    bed.settle();
    assertThat(bed.rm.registrations).hasSize(1);
    bed.runFor(Duration.ofMillis(600));
    assertThat(bed.rm.registrations).hasSize(2);
  }

  @Test
  void registersAgainWhenTheResourceManagerHasForgottenIt() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    bed.rm.heartbeatAnswer =
        () -> {
          bed.rm.heartbeatAnswer = () -> CompletableFuture.completedFuture(Acknowledge.INSTANCE);
          return CompletableFuture.failedFuture(new UnknownTaskExecutorException("who?"));
        };
    bed.runFor(Duration.ofMillis(1_200));
    assertThat(bed.rm.registrations).hasSize(2);
    bed.runFor(Duration.ofSeconds(20));
    assertThat(bed.rm.registrations).hasSize(2);
  }

  @Test
  void registersAgainAfterAHeartbeatTimeout() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    bed.net.setStatus("tm", "jm", Status.BLACKHOLE);
    bed.runFor(Duration.ofSeconds(16));
    bed.net.heal();
    bed.runFor(Duration.ofSeconds(12));
    assertThat(bed.rm.registrations).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void aPauseShorterThanTheTimeoutChangesNothing() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    bed.net.setStatus("tm", "jm", Status.BLACKHOLE);
    bed.runFor(Duration.ofSeconds(10));
    bed.net.heal();
    bed.runFor(Duration.ofSeconds(30));
    assertThat(bed.rm.registrations).hasSize(1);
  }

  @Test
  void heartbeatsCarryTheSlotReport() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    TestingJobMaster master = bed.jobMaster();
    AllocationID allocation = bed.allocate(1, master);
    bed.runFor(Duration.ofSeconds(2));
    SlotStatus slot = bed.rm.lastReport().slots().get(1);
    assertThat(slot.allocationId()).isEqualTo(allocation);
    assertThat(slot.jobId()).isEqualTo(master.jobId);
    assertThat(bed.rm.heartbeats.get(0).freeHeap()).isEqualTo(42);
  }

  @Test
  void aSlotThatChangedDuringTheRegistrationIsReportedAtOnce() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    TestingJobMaster master = bed.jobMaster();
    AllocationID allocation = bed.allocate(0, master);
    bed.gateway.disconnectResourceManager(bed.rm.getFencingToken(), "for a test");
    bed.sim.runUntil(() -> bed.rm.registrations.size() == 2);
    bed.gateway.freeSlots(List.of(allocation), master.id(), "done", TaskExecutorBed.RPC);
    int beats = bed.rm.heartbeats.size();
    bed.runFor(Duration.ofMillis(20));
    assertThat(
            bed.rm.available.contains(allocation)
                || (bed.rm.heartbeats.size() > beats
                    && bed.rm.lastReport().slots().get(0).isFree()))
        .isTrue();
  }

  @Test
  void noResourceManagerInTimeIsFatalAndSaysWhy() {
    TaskExecutorBed bed =
        new TaskExecutorBed(1, Map.of("taskmanager.registration.timeout", "10 s"));
    bed.tm.fatalErrors().expectErrors();
    bed.runFor(Duration.ofSeconds(9));
    assertThat(bed.tm.fatalErrors().errors()).isEmpty();
    bed.runFor(Duration.ofSeconds(2));
    assertThat(bed.tm.fatalErrors().errors())
        .singleElement()
        .isInstanceOfSatisfying(
            RegistrationTimeoutException.class,
            e -> assertThat(e).hasMessageContaining("tm-1").hasMessageContaining("no leader"));
  }

  @Test
  void theRegistrationTimeoutRunsAgainAfterALoss() {
    TaskExecutorBed bed =
        new TaskExecutorBed(1, Map.of("taskmanager.registration.timeout", "10 s"));
    bed.lead();
    bed.runFor(Duration.ofSeconds(30));
    assertThat(bed.tm.fatalErrors().errors()).isEmpty();
    bed.tm.fatalErrors().expectErrors();
    bed.jm.crash();
    bed.runFor(Duration.ofSeconds(30));
    assertThat(bed.tm.fatalErrors().errors())
        .singleElement()
        .isInstanceOfSatisfying(
            RegistrationTimeoutException.class,
            e -> assertThat(e).hasMessageContaining(bed.leader.resourceManagerAddress()));
  }

  @Test
  void whileAJobMasterIsServedTheRegistrationTimeoutEndsNothing() {
    TaskExecutorBed bed =
        new TaskExecutorBed(1, Map.of("taskmanager.registration.timeout", "10 s"));
    bed.lead();
    TestingJobMaster master = bed.jobMaster();
    AllocationID allocation = bed.allocate(0, master);
    bed.runTask(master, allocation, bed.attempt(0, 0));
    bed.retrieval.lead(null);
    bed.runFor(Duration.ofMinutes(2));
    assertThat(bed.tm.fatalErrors().errors()).isEmpty();
    assertThat(bed.runner.task(bed.attempt(0, 0)).cancellations).isZero();

    bed.tm.fatalErrors().expectErrors();
    bed.sim.await(
        bed.gateway.freeSlots(List.of(allocation), master.id(), "over", TaskExecutorBed.RPC));
    bed.runFor(Duration.ofSeconds(21));
    assertThat(bed.tm.fatalErrors().errors())
        .singleElement()
        .isInstanceOfSatisfying(
            RegistrationTimeoutException.class,
            e -> assertThat(e).hasMessageContaining("no leader is known"));
  }

  @Test
  void aRejectionIsFatal() {
    TaskExecutorBed bed = new TaskExecutorBed();
    bed.tm.fatalErrors().expectErrors();
    bed.rm.answer = new RegistrationResponse.Rejection("wrong version");
    bed.retrieval.lead(bed.leader);
    bed.settle();
    assertThat(bed.tm.fatalErrors().errors())
        .singleElement()
        .satisfies(e -> assertThat(e).hasMessageContaining("wrong version"));
  }

  @Test
  void anotherSessionOfTheJobReplacesItsConnection() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    JobID jobId = new JobID(bed.jm.ids().nextUuid());
    TestingJobMaster old = bed.jobMaster(bed.newSession(), jobId);
    TestingJobMaster now = bed.jobMaster(bed.leader, jobId);
    bed.sim.await(
        bed.gateway.requestSlots(
            jobId,
            List.of(bed.slot(0, bed.newAllocation())),
            old.address(),
            bed.rm.getFencingToken(),
            TaskExecutorBed.RPC));
    bed.settle();
    assertThat(old.offers).hasSize(1);
    AllocationID fresh = bed.allocate(1, now);
    assertThat(old.goodbyes).hasSize(1);
    assertThat(now.registrations)
        .singleElement()
        .satisfies(
            registration ->
                assertThat(registration.report().slots())
                    .containsExactlyElementsOf(old.offers.get(0)));
    assertThat(now.offers).containsExactly(List.of(new SlotOffer(fresh, 1)));
    assertThat(bed.rm.available).isEmpty();
  }
}
