package org.stellwerk.runtime.resourcemanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.resourcemanager.RecordingActions.RequestedSlot;
import org.stellwerk.runtime.resourcemanager.SlotActions.SlotRequest;
import org.stellwerk.util.IdGenerator;

/** Several slots asked for, answered and freed with one message. */
class SlotRequestsTest {

  private final AtomicLong counter = new AtomicLong();
  private final IdGenerator ids = () -> new UUID(7, counter.incrementAndGet());
  private final RecordingActions actions = new RecordingActions();
  private final SlotManager manager =
      new SlotManager(actions, new EvenSpreadStrategy(), ids, TransitionObserver.NONE);
  private final JobID job = JobID.generate(ids);
  private final JobID otherJob = JobID.generate(ids);
  private final JobMasterAddress jobMaster = new JobMasterAddress("jm", JobMasterId.generate(ids));
  private long version;

  @AfterEach
  void invariantsHold() {
    manager.checkInvariants();
  }

  private InstanceID register(String name, int slots) {
    InstanceID id = InstanceID.generate(ids);
    List<SlotStatus> statuses = new ArrayList<>();
    for (int i = 0; i < slots; i++) {
      statuses.add(new SlotStatus(new SlotID(new ResourceID(name), i), null, null));
    }
    manager.registerTaskExecutor(id, new SlotReport(statuses), true);
    return id;
  }

  private void declare(JobID jobId, int slots) {
    manager.declareRequirement(jobId, jobMaster, ++version, slots);
  }

  private RequestedSlot request(int index) {
    return actions.requests.get(index);
  }

  @Test
  void theSlotsOfAJobAreAskedForWithOneCallToEachTaskExecutor() {
    InstanceID a = register("a", 4);
    InstanceID b = register("b", 2);
    declare(job, 5);
    assertThat(actions.calls)
        .extracting(SlotRequest::registrationId)
        .containsExactlyInAnyOrder(a, b);
    assertThat(actions.requests).hasSize(5);
    declare(otherJob, 1);
    assertThat(actions.calls).hasSize(3);
  }

  @Test
  void ofARequestOfSeveralSlotsOnlyTheRefusedOnesAreLookedForElsewhere() {
    InstanceID a = register("a", 3);
    declare(job, 3);
    SlotRequest asked = actions.calls.get(0);
    AllocationID refused = asked.slots().get(1).allocationId();
    register("b", 3);
    manager.requestAnswered(asked, List.of(new SlotRefusal(refused, "taken")));
    assertThat(manager.takenAt(a, job)).isEqualTo(2);
    assertThat(actions.calls).hasSize(2);
    assertThat(actions.calls.get(1).slots())
        .singleElement()
        .satisfies(slot -> assertThat(slot.slotId().resourceId()).isEqualTo(new ResourceID("b")));
    manager.requestAnswered(asked, List.of(new SlotRefusal(refused, "again")));
    assertThat(actions.calls).hasSize(2);
  }

  @Test
  void whatOneAnswerRefusesIsLookedForTogether() {
    register("a", 3);
    declare(job, 3);
    register("b", 3);
    manager.requestFailed(actions.calls.get(0), "no answer");
    assertThat(actions.calls).hasSize(2);
    assertThat(actions.calls.get(1).slots()).hasSize(3);
  }

  @Test
  void anAnswerLeavesSlotsAloneOfWhichSomethingNewerIsKnown() {
    InstanceID a = register("a", 2);
    declare(job, 2);
    SlotRequest asked = actions.calls.get(0);
    manager.reportSlots(
        a,
        new SlotReport(
            asked.slots().stream()
                .map(slot -> new SlotStatus(slot.slotId(), slot.allocationId(), job))
                .toList()));
    manager.slotsFreed(a, List.of(request(0).slot()));
    manager.requestFailed(asked, "the answer was lost");
    assertThat(manager.takenAt(a, job)).isEqualTo(2);
    assertThat(actions.requests).hasSize(3);
  }

  @Test
  void slotsThatAreFreedTogetherServeTheNextJobTogether() {
    InstanceID a = register("a", 3);
    declare(job, 3);
    manager.requestAnswered(actions.calls.get(0), List.of());
    declare(otherJob, 2);
    declare(job, 0);
    SlotAllocation strange = new SlotAllocation(request(2).slotId(), AllocationID.generate(ids));
    manager.slotsFreed(a, List.of(request(0).slot(), strange, request(1).slot()));
    assertThat(actions.calls).hasSize(2);
    assertThat(actions.calls.get(1).slots())
        .extracting(SlotAllocation::slotId)
        .containsExactly(request(0).slotId(), request(1).slotId());
    assertThat(manager.taken(job)).isEqualTo(1);
  }
}
