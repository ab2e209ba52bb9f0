package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.SlotOffer;

/** Several slots asked for, freed and announced with one message. */
class SlotsTogetherTest {

  private final TaskExecutorBed bed = TaskExecutorBed.registered();
  private final TestingJobMaster master = bed.jobMaster();

  @Test
  void slotsThatAreAskedForTogetherAreOfferedTogetherWithTheRegistration() {
    AllocationID first = bed.newAllocation();
    AllocationID second = bed.newAllocation();
    assertThat(bed.sim.await(bed.requestSlots(master, bed.slot(0, first), bed.slot(1, second))))
        .isEmpty();
    bed.settle();
    assertThat(master.registrations).hasSize(1);
    assertThat(master.offers)
        .containsExactly(List.of(new SlotOffer(first, 0), new SlotOffer(second, 1)));
  }

  @Test
  void ofSeveralSlotsThoseThatCannotBeAreRefusedAndTheOthersGiven() {
    AllocationID held = bed.allocate(0, master);
    AllocationID refused = bed.newAllocation();
    AllocationID given = bed.newAllocation();
    assertThat(bed.sim.await(bed.requestSlots(master, bed.slot(0, refused), bed.slot(1, given))))
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.allocationId()).isEqualTo(refused);
              assertThat(refusal.reason()).contains("not free", held.toString());
            });
    bed.settle();
    assertThat(master.offers)
        .containsExactly(List.of(new SlotOffer(held, 0)), List.of(new SlotOffer(given, 1)));
  }

  @Test
  void aRepeatedRequestGivesWhatWasGivenAndWhatIsNew() {
    AllocationID given = bed.allocate(0, master);
    AllocationID fresh = bed.newAllocation();
    for (int i = 0; i < 2; i++) {
      assertThat(bed.sim.await(bed.requestSlots(master, bed.slot(0, given), bed.slot(1, fresh))))
          .isEmpty();
      bed.settle();
      assertThat(master.offers)
          .containsExactly(List.of(new SlotOffer(given, 0)), List.of(new SlotOffer(fresh, 1)));
    }
  }

  @Test
  void slotsThatAreFreedTogetherAreAnnouncedTogether() {
    AllocationID first = bed.allocate(0, master);
    AllocationID second = bed.allocate(1, master);
    bed.rm.slotNews.clear();
    bed.sim.await(
        bed.gateway.freeSlots(
            List.of(first, bed.newAllocation(), second), master.id(), "done", TaskExecutorBed.RPC));
    bed.settle();
    assertThat(bed.rm.slotNews)
        .filteredOn(news -> !news.equals("heartbeat"))
        .containsExactly("2 free");
    assertThat(bed.rm.available).containsExactly(first, second);
  }

  @Test
  void noneIsFreedIfOneBelongsToAJobThatIsNotServedForTheSession() {
    AllocationID first = bed.allocate(0, master);
    TestingJobMaster other = bed.jobMaster(bed.newSession(), new JobID(bed.jm.ids().nextUuid()));
    AllocationID second = bed.newAllocation();
    bed.sim.await(
        bed.gateway.requestSlots(
            other.jobId,
            List.of(bed.slot(1, second)),
            other.address(),
            bed.rm.getFencingToken(),
            TaskExecutorBed.RPC));
    bed.settle();
    assertThat(
            bed.sim.awaitFailure(
                bed.gateway.freeSlots(
                    List.of(first, second), master.id(), "done", TaskExecutorBed.RPC)))
        .isInstanceOf(FencingTokenException.class);
    bed.settle();
    assertThat(bed.rm.available).isEmpty();
    assertThat(bed.taskExecutor.snapshot().slots())
        .extracting(TaskExecutorSnapshot.Slot::state)
        .containsExactly(SlotState.ACTIVE, SlotState.ACTIVE);
  }

  @Test
  void whatIsFreeIsToldBeforeAGoodbye() {
    bed.allocate(0, master);
    bed.rm.slotNews.clear();
    bed.gateway.disconnectJobMaster(master.jobId, master.id(), "the job is over");
    bed.taskExecutor.closeAsync();
    bed.settle();
    assertThat(bed.rm.slotNews).containsExactly("1 free", "goodbye");
  }
}
