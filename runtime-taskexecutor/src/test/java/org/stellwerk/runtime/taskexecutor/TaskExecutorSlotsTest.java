package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.exceptions.SlotAllocationException;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;

class TaskExecutorSlotsTest {

  private final TaskExecutorBed bed = TaskExecutorBed.registered();
  private final TestingJobMaster master = bed.jobMaster();

  @Test
  void aRequestedSlotIsOfferedToTheJobMaster() {
    AllocationID allocation = bed.allocate(1, master);
    assertThat(master.registrations)
        .singleElement()
        .satisfies(
            registration ->
                assertThat(registration.location().resourceId()).isEqualTo(bed.resourceId));
    assertThat(master.offers).containsExactly(List.of(new SlotOffer(allocation, 1)));
    bed.runFor(Duration.ofSeconds(60));
    assertThat(master.offers).hasSize(1);
    assertThat(bed.rm.available).isEmpty();
    assertThat(master.heartbeats).hasSizeGreaterThan(50);
  }

  @Test
  void aSecondSlotUsesTheSameConnection() {
    AllocationID first = bed.allocate(0, master);
    AllocationID second = bed.allocate(1, master);
    assertThat(master.registrations).hasSize(1);
    assertThat(master.offers)
        .containsExactly(List.of(new SlotOffer(first, 0)), List.of(new SlotOffer(second, 1)));
  }

  @Test
  void requestsThatCannotBeAreRefused() {
    AllocationID allocation = bed.allocate(0, master);
    assertThat(bed.sim.awaitFailure(bed.requestSlot(0, bed.newAllocation(), master)))
        .isInstanceOf(SlotAllocationException.class)
        .hasMessageContaining("not free")
        .hasMessageContaining(allocation.toString());
    assertThat(bed.sim.awaitFailure(bed.requestSlot(2, bed.newAllocation(), master)))
        .isInstanceOf(SlotAllocationException.class)
        .hasMessageContaining("slots 0 to 1");
    assertThat(bed.sim.awaitFailure(bed.requestSlot(1, allocation, master)))
        .isInstanceOf(SlotAllocationException.class)
        .hasMessageContaining("already has");
    assertThat(
            bed.sim.awaitFailure(
                bed.gateway.requestSlots(
                    master.jobId,
                    List.of(bed.slot(1, bed.newAllocation())),
                    master.address(),
                    new ResourceManagerId(bed.jm.ids().nextUuid()),
                    TaskExecutorBed.RPC)))
        .isInstanceOf(SlotAllocationException.class)
        .hasMessageContaining("not the current one");
    SlotAllocation foreign =
        new SlotAllocation(new SlotID(new ResourceID("other"), 1), bed.newAllocation());
    assertThat(
            bed.sim.awaitFailure(
                bed.requestSlots(master, bed.slot(1, bed.newAllocation()), foreign)))
        .isInstanceOf(SlotAllocationException.class)
        .hasMessageContaining("not one of TaskExecutor");
    assertThat(master.offers).hasSize(1);
    assertThat(bed.taskExecutor.snapshot().slots().get(1).state()).isEqualTo(SlotState.FREE);
  }

  @Test
  void aRepeatedRequestIsAnsweredAgain() {
    AllocationID allocation = bed.allocate(0, master);
    bed.sim.await(bed.requestSlot(0, allocation, master));
    bed.settle();
    assertThat(master.offers).hasSize(1);
  }

  @Test
  void slotsThatAreNotAcceptedAreFreedAndTold() {
    bed.allocate(0, master);
    master.offerAnswer = offers -> CompletableFuture.completedFuture(List.of());
    AllocationID second = bed.allocate(1, master);
    assertThat(bed.rm.available).containsExactly(second);
    assertThat(master.goodbyes).isEmpty();
  }

  @Test
  void aRefusedOfferFreesTheSlot() {
    bed.allocate(0, master);
    master.offerAnswer =
        offers -> CompletableFuture.failedFuture(new IllegalStateException("job is done"));
    AllocationID second = bed.allocate(1, master);
    assertThat(bed.rm.available).containsExactly(second);
  }

  @Test
  void theFirstSlotIsOfferedWithTheRegistration() {
    AllocationID allocation = bed.allocate(0, master);
    assertThat(master.registrations)
        .singleElement()
        .satisfies(
            registration ->
                assertThat(registration.offers()).containsExactly(new SlotOffer(allocation, 0)));
    assertThat(master.offers).hasSize(1);
    assertThat(bed.taskExecutor.snapshot().slots())
        .filteredOn(slot -> allocation.equals(slot.allocationId()))
        .extracting(TaskExecutorSnapshot.Slot::state)
        .containsExactly(SlotState.ACTIVE);
  }

  @Test
  void anOfferThatIsNotAcceptedWithTheRegistrationFreesTheSlotAndEndsTheJob() {
    master.offerAnswer = offers -> CompletableFuture.completedFuture(List.of());
    AllocationID allocation = bed.allocate(0, master);
    assertThat(bed.rm.available).containsExactly(allocation);
    assertThat(master.goodbyes).hasSize(1);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
  }

  /** The JobMaster has the slot as soon as it has the registration. */
  @Test
  void whatBecomesOfATaskBeforeTheRegistrationIsAnsweredIsToldAfterIt() {
    List<RegistrationResponse> answers = new ArrayList<>();
    CompletableFuture<RegistrationResponse> held = holdTheAnswer(answers);
    AllocationID allocation = bed.allocate(0, master);
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, bed.attempt(0, 0));
    task.finish();
    bed.settle();
    assertThat(master.statesOf(bed.attempt(0, 0))).isEmpty();
    assertThat(bed.runner.releasedJobs).isEmpty();
    held.complete(answers.get(0));
    bed.settle();
    assertThat(master.statesOf(bed.attempt(0, 0)))
        .containsExactly(
            ExecutionState.INITIALIZING, ExecutionState.RUNNING, ExecutionState.FINISHED);
  }

  @Test
  void anOfferWithoutAnswerIsRepeated() {
    bed.allocate(0, master);
    master.offerAnswer = offers -> new CompletableFuture<>();
    AllocationID allocation = bed.allocate(1, master);
    bed.runFor(Duration.ofSeconds(4));
    assertThat(master.offers).hasSize(3);
    master.offerAnswer = CompletableFuture::completedFuture;
    bed.runFor(Duration.ofSeconds(30));
    assertThat(master.offers).hasSize(4);
    assertThat(master.offers.subList(1, 4))
        .allMatch(offer -> offer.equals(List.of(new SlotOffer(allocation, 1))));
    assertThat(bed.rm.available).isEmpty();
  }

  @Test
  void aSlotIsFreeAgainAfterItsTimeoutIfTheRegistrationIsNotAnswered() {
    master.registrationAnswer = answer -> new CompletableFuture<>();
    AllocationID allocation = bed.allocate(0, master);
    bed.runFor(Duration.ofSeconds(9));
    assertThat(bed.rm.available).isEmpty();
    bed.runFor(Duration.ofSeconds(1));
    assertThat(bed.rm.available).containsExactly(allocation);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
    assertThat(master.goodbyes).as("it may have the slot").hasSize(1);
  }

  /** A registration without an answer, and the way to give one. */
  private CompletableFuture<RegistrationResponse> holdTheAnswer(
      List<RegistrationResponse> answers) {
    CompletableFuture<RegistrationResponse> held = new CompletableFuture<>();
    master.registrationAnswer =
        answer -> {
          answers.add(answer);
          return held;
        };
    return held;
  }

  @Test
  void aRejectionEndsTheTasksThatBeganBeforeIt() {
    CompletableFuture<RegistrationResponse> held = holdTheAnswer(new ArrayList<>());
    AllocationID allocation = bed.allocate(0, master);
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, bed.attempt(0, 0));
    held.complete(new RegistrationResponse.Rejection("it has ended"));
    bed.settle();
    assertThat(task.cancellations).isEqualTo(1);
    assertThat(bed.rm.available).containsExactly(allocation);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
  }

  @Test
  void aSecondSlotWaitsForTheAnswerToTheRegistration() {
    List<RegistrationResponse> answers = new ArrayList<>();
    CompletableFuture<RegistrationResponse> held = holdTheAnswer(answers);
    AllocationID first = bed.allocate(0, master);
    AllocationID second = bed.allocate(1, master);
    assertThat(master.offers).containsExactly(List.of(new SlotOffer(first, 0)));
    held.complete(answers.get(0));
    bed.settle();
    assertThat(master.offers)
        .containsExactly(List.of(new SlotOffer(first, 0)), List.of(new SlotOffer(second, 1)));
    assertThat(bed.rm.available).isEmpty();
  }

  /** It may have overtaken the answer, or belong to an earlier connection. */
  @Test
  void aGoodbyeDuringTheRegistrationIsLookedIntoAtOnceAfterIt() {
    List<RegistrationResponse> answers = new ArrayList<>();
    CompletableFuture<RegistrationResponse> held = holdTheAnswer(answers);
    AllocationID allocation = bed.allocate(0, master);
    bed.gateway.disconnectJobMaster(master.jobId, master.id(), "it was silent");
    bed.settle();
    master.heartbeatAnswer =
        () -> CompletableFuture.failedFuture(new UnknownTaskExecutorException("who?"));
    held.complete(answers.get(0));
    bed.settle();
    assertThat(bed.rm.available).containsExactly(allocation);
  }

  @Test
  void anOfferAcceptedTooLateIsReportedAsFailed() {
    bed.allocate(0, master);
    CompletableFuture<List<SlotOffer>> late = new CompletableFuture<>();
    master.offerAnswer = offers -> late;
    AllocationID given = bed.allocate(1, master);
    bed.sim.await(
        bed.gateway.freeSlots(List.of(given), master.id(), "not any more", TaskExecutorBed.RPC));
    late.complete(List.of(new SlotOffer(given, 1)));
    bed.settle();
    assertThat(master.failedSlots).containsExactly(given);
  }

  @Test
  void aSlotNobodyAcceptsIsFreeAgainAfterItsTimeout() {
    bed.allocate(1, master);
    master.offerAnswer = offers -> new CompletableFuture<>();
    AllocationID allocation = bed.allocate(0, master);
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, bed.attempt(0, 0));
    bed.runFor(Duration.ofSeconds(9));
    assertThat(task.cancellations).isZero();
    bed.runFor(Duration.ofSeconds(1));
    assertThat(task.cancellations).isEqualTo(1);
    assertThat(bed.rm.available).containsExactly(allocation);
    assertThat(master.statesOf(bed.attempt(0, 0)))
        .containsExactly(
            ExecutionState.INITIALIZING, ExecutionState.RUNNING, ExecutionState.FAILED);
  }

  /** When it goes on its timers are due, and the acceptance is not read yet. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aSlotThatWasAcceptedWhileTheProcessStoodStillIsKept(long seed) {
    TaskExecutorBed other = new TaskExecutorBed(seed, Map.of());
    other.lead();
    TestingJobMaster accepting = other.jobMaster();
    // The first slot comes with the registration, the second is offered after it.
    long frozenAt = seed % 2 == 0 ? 1 : 2;
    accepting.offerAnswer =
        offers -> {
          if (accepting.offers.size() == frozenAt) {
            other.tm.freeze(Duration.ofSeconds(12));
          }
          return CompletableFuture.completedFuture(offers);
        };
    for (int slot = 0; slot < frozenAt; slot++) {
      other.allocate(slot, accepting);
    }
    other.runFor(Duration.ofSeconds(30));
    assertThat(accepting.offers).isNotEmpty();
    assertThat(other.rm.available).isEmpty();
    assertThat(accepting.failedSlots).isEmpty();
  }

  @Test
  void aSlotAcceptedTooLateIsReportedAsFailed() {
    CompletableFuture<List<SlotOffer>> late = new CompletableFuture<>();
    master.offerAnswer = offers -> late;
    AllocationID kept = bed.allocate(0, master);
    bed.runFor(Duration.ofSeconds(2));
    AllocationID other = bed.newAllocation();
    bed.sim.await(bed.requestSlot(1, other, master));
    bed.sim.await(
        bed.gateway.freeSlots(List.of(kept), master.id(), "changed my mind", TaskExecutorBed.RPC));
    late.complete(List.of(new SlotOffer(kept, 0)));
    bed.settle();
    assertThat(master.failedSlots).containsExactly(kept);
    assertThat(master.offers).last().isEqualTo(List.of(new SlotOffer(other, 1)));
  }

  @Test
  void aRejectingJobMasterGetsNoSlots() {
    master.answer = new RegistrationResponse.Rejection("not mine");
    AllocationID allocation = bed.allocate(0, master);
    assertThat(master.offers).isEmpty();
    assertThat(bed.rm.available).containsExactly(allocation);
  }

  @Test
  void theLastFreedSlotEndsTheJob() {
    AllocationID first = bed.allocate(0, master);
    AllocationID second = bed.allocate(1, master);
    bed.sim.await(bed.gateway.freeSlots(List.of(first), master.id(), "done", TaskExecutorBed.RPC));
    bed.settle();
    assertThat(bed.rm.available).containsExactly(first);
    assertThat(bed.runner.releasedJobs).isEmpty();
    assertThat(master.goodbyes).isEmpty();
    bed.sim.await(bed.gateway.freeSlots(List.of(second), master.id(), "done", TaskExecutorBed.RPC));
    bed.sim.await(bed.gateway.freeSlots(List.of(second), master.id(), "done", TaskExecutorBed.RPC));
    bed.settle();
    assertThat(bed.rm.available).containsExactly(first, second);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
    assertThat(master.goodbyes).hasSize(1);
    int beats = master.heartbeats.size();
    bed.runFor(Duration.ofSeconds(3));
    assertThat(master.heartbeats).hasSize(beats);
  }

  @Test
  void freeingASlotFailsItsTasksAndWaitsForThem() {
    bed.runner.tasksIgnoreCancellation = true;
    AllocationID allocation = bed.allocate(0, master);
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, bed.attempt(0, 0));
    bed.sim.await(
        bed.gateway.freeSlots(List.of(allocation), master.id(), "enough", TaskExecutorBed.RPC));
    bed.settle();
    assertThat(task.cancellations).isEqualTo(1);
    assertThat(bed.rm.available).isEmpty();
    assertThat(bed.sim.awaitFailure(bed.requestSlot(0, bed.newAllocation(), master)))
        .hasMessageContaining("RELEASING");
    task.events.onCanceled(task.metrics());
    bed.settle();
    assertThat(bed.rm.available).containsExactly(allocation);
    assertThat(master.states)
        .last()
        .satisfies(
            state -> {
              assertThat(state.state()).isEqualTo(ExecutionState.FAILED);
              assertThat(String.valueOf(state.failure())).contains("enough");
            });
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
  }

  @Test
  void aStaleSessionCannotFreeASlot() {
    AllocationID allocation = bed.allocate(0, master);
    JobMasterId stale = new JobMasterId(bed.jm.ids().nextUuid());
    assertThat(
            bed.sim.awaitFailure(
                bed.gateway.freeSlots(List.of(allocation), stale, "mine", TaskExecutorBed.RPC)))
        .isInstanceOf(FencingTokenException.class);
    bed.gateway.disconnectJobMaster(master.jobId, stale, "mine");
    bed.settle();
    assertThat(bed.rm.available).isEmpty();
    assertThat(master.goodbyes).isEmpty();
  }

  @Test
  void aJobMasterThatSaysGoodbyeLosesTasksAndSlots() {
    AllocationID allocation = bed.allocate(0, master);
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, bed.attempt(0, 0));
    bed.gateway.disconnectJobMaster(master.jobId, master.id(), "the job has ended");
    bed.settle();
    assertThat(task.cancellations).isEqualTo(1);
    assertThat(bed.rm.available).containsExactly(allocation);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
  }

  @Test
  void aJobMasterThatHasForgottenTheTaskExecutorIsLost() {
    AllocationID allocation = bed.allocate(0, master);
    master.heartbeatAnswer =
        () -> CompletableFuture.failedFuture(new UnknownTaskExecutorException("who?"));
    bed.runFor(Duration.ofMillis(1_200));
    assertThat(bed.rm.available).containsExactly(allocation);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
  }

  @Test
  void aSilentJobMasterIsLostAfterTheTimeoutOnly() {
    AllocationID allocation = bed.allocate(0, master);
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, bed.attempt(0, 0));
    bed.net.setStatus("tm", "jm", Status.BLACKHOLE);
    bed.runFor(Duration.ofSeconds(13));
    assertThat(task.cancellations).isZero();
    bed.runFor(Duration.ofSeconds(4));
    assertThat(task.cancellations).isEqualTo(1);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
  }

  @Test
  void twoJobsDoNotDisturbEachOther() {
    TestingJobMaster other = bed.jobMaster();
    AllocationID first = bed.allocate(0, master);
    AllocationID second = bed.allocate(1, other);
    bed.gateway.disconnectJobMaster(master.jobId, master.id(), "the job has ended");
    bed.settle();
    assertThat(bed.rm.available).containsExactly(first);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
    assertThat(other.goodbyes).isEmpty();
    bed.runTask(other, second, bed.attempt(0, 0));
    assertThat(other.states).isNotEmpty();
  }
}
