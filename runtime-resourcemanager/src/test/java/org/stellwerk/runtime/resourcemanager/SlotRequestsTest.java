package org.stellwerk.runtime.resourcemanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.resourcemanager.SlotActions.SlotRequest;

/** Several slots asked for, answered and freed with one message. */
class SlotRequestsTest extends SlotManagerTestBase {

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
