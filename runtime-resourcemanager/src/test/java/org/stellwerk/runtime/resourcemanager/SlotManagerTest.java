package org.stellwerk.runtime.resourcemanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.resourcemanager.RecordingActions.RequestedSlot;
import org.stellwerk.runtime.resourcemanager.RecordingActions.Shortage;

class SlotManagerTest extends SlotManagerTestBase {

  private static SlotReport report(RequestedSlot... taken) {
    List<SlotStatus> statuses = new ArrayList<>();
    for (RequestedSlot request : taken) {
      statuses.add(new SlotStatus(request.slotId(), request.allocationId(), request.jobId()));
    }
    return new SlotReport(statuses);
  }

  private void succeed(RequestedSlot requested) {
    manager.requestAnswered(requested.alone(), List.of());
  }

  private void fail(RequestedSlot requested, String reason) {
    manager.requestFailed(requested.alone(), reason);
  }

  private void slotFreed(InstanceID id, SlotID slotId, AllocationID allocationId) {
    manager.slotsFreed(id, List.of(new SlotAllocation(slotId, allocationId)));
  }

  @Test
  void aNeedIsMetFromRegisteredSlotsEvenly() {
    InstanceID a = register("a", 4);
    InstanceID b = register("b", 4);
    declare(job, 4);
    assertThat(actions.requests).hasSize(4);
    assertThat(manager.takenAt(a, job)).isEqualTo(2);
    assertThat(manager.takenAt(b, job)).isEqualTo(2);
    assertThat(manager.freeSlots()).isEqualTo(4);
    assertThat(actions.requests).allMatch(request -> request.jobMaster().equals(jobMaster));
    assertThat(actions.requests).extracting(RequestedSlot::allocationId).doesNotHaveDuplicates();
    assertThat(actions.requests).extracting(RequestedSlot::slotId).doesNotHaveDuplicates();
  }

  @Test
  void theSameNeedAgainAsksForNothingMore() {
    register("a", 4);
    declare(job, 2);
    declare(job, 2);
    succeed(request(0));
    declare(job, 2);
    assertThat(actions.requests).hasSize(2);
  }

  @Test
  void anOlderDeclarationIsIgnored() {
    register("a", 4);
    assertThat(manager.declareRequirement(job, jobMaster, 5, 1)).isTrue();
    assertThat(manager.declareRequirement(job, jobMaster, 4, 3)).isFalse();
    assertThat(actions.requests).hasSize(1);
  }

  @Test
  void theVersionsOfAnotherJobMasterBeginAnew() {
    register("a", 4);
    manager.declareRequirement(job, jobMaster, 5, 1);
    JobMasterAddress next = new JobMasterAddress("jm2", JobMasterId.generate(ids));
    assertThat(manager.declareRequirement(job, next, 1, 3)).isTrue();
    assertThat(actions.requests).hasSize(3);
    assertThat(request(2).jobMaster()).isEqualTo(next);
  }

  @Test
  void slotsThatComeLaterAreAskedForAtOnce() {
    declare(job, 3);
    register("a", 2);
    assertThat(actions.requests).hasSize(2);
    register("b", 2);
    assertThat(actions.requests).hasSize(3);
  }

  @Test
  void aFreedSlotServesTheNextJob() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    succeed(request(0));
    declare(otherJob, 1);
    assertThat(actions.requests).hasSize(1);
    declare(job, 0);
    slotFreed(a, request(0).slotId(), request(0).allocationId());
    assertThat(actions.requests).hasSize(2);
    assertThat(request(1).jobId()).isEqualTo(otherJob);
  }

  @Test
  void freeingAnAllocationThatIsNotCurrentChangesNothing() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    slotFreed(a, request(0).slotId(), AllocationID.generate(ids));
    slotFreed(InstanceID.generate(ids), request(0).slotId(), request(0).allocationId());
    slotFreed(a, new SlotID(new ResourceID("a"), 9), request(0).allocationId());
    assertThat(manager.taken(job)).isEqualTo(1);
  }

  @Test
  void aFailedRequestIsRetriedElsewhereAndOnTheSlotOnlyAfterAReport() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    fail(request(0), "timeout");
    assertThat(actions.requests).hasSize(1);
    register("b", 1);
    assertThat(request(1).slotId().resourceId().value()).isEqualTo("b");
    fail(request(1), "timeout");
    assertThat(actions.requests).hasSize(2);
    manager.reportSlots(a, freeReport("a", 1));
    assertThat(actions.requests).hasSize(3);
    assertThat(request(2).slotId().resourceId().value()).isEqualTo("a");
    assertThat(request(2).allocationId()).isNotEqualTo(request(0).allocationId());
  }

  @Test
  void anAnswerToARequestThatIsNotCurrentIsIgnored() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    slotFreed(a, request(0).slotId(), request(0).allocationId());
    assertThat(actions.requests).hasSize(2);
    fail(request(0), "late");
    succeed(request(0));
    assertThat(manager.taken(job)).isEqualTo(1);
    manager.unregisterTaskExecutor(a);
    succeed(request(1));
    fail(request(1), "late");
    assertThat(manager.totalSlots()).isZero();
  }

  @Test
  void losingATaskExecutorLooksForItsSlotsElsewhere() {
    InstanceID a = register("a", 2);
    declare(job, 2);
    actions.requests.forEach(this::succeed);
    register("b", 4);
    manager.unregisterTaskExecutor(a);
    assertThat(actions.requests).hasSize(4);
    assertThat(request(3).slotId().resourceId().value()).isEqualTo("b");
  }

  @Test
  void whatARegistrationReportsAsTakenCountsForItsJob() {
    RequestedSlot earlier =
        new RequestedSlot(
            InstanceID.generate(ids),
            job,
            jobMaster,
            new SlotAllocation(new SlotID(new ResourceID("a"), 0), AllocationID.generate(ids)));
    manager.registerTaskExecutor(InstanceID.generate(ids), report(earlier), true);
    register("b", 4);
    declare(job, 2);
    assertThat(actions.requests).hasSize(1);
    assertThat(manager.taken(job)).isEqualTo(2);
  }

  @Test
  void aReportDoesNotFreeASlotThatIsBeingAskedFor() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    for (int i = 0; i < 5; i++) {
      manager.reportSlots(a, freeReport("a", 1));
    }
    assertThat(manager.taken(job)).isEqualTo(1);
    assertThat(actions.requests).hasSize(1);
  }

  @Test
  void aReportConfirmsAPendingSlotBeforeTheAnswer() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    manager.reportSlots(a, report(request(0)));
    fail(request(0), "the answer was lost");
    assertThat(manager.taken(job)).isEqualTo(1);
    assertThat(actions.requests).hasSize(1);
  }

  @Test
  void anAllocatedSlotThatIsReportedFreeTwiceInARowIsFree() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    succeed(request(0));
    manager.reportSlots(a, freeReport("a", 1));
    assertThat(actions.requests).hasSize(1);
    manager.reportSlots(a, report(request(0)));
    manager.reportSlots(a, freeReport("a", 1));
    assertThat(actions.requests).hasSize(1);
    manager.reportSlots(a, freeReport("a", 1));
    assertThat(actions.requests).hasSize(2);
  }

  @Test
  void anOldReportDoesNotTakeBackThatASlotWasFreed() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    succeed(request(0));
    declare(job, 0);
    slotFreed(a, request(0).slotId(), request(0).allocationId());
    manager.reportSlots(a, report(request(0)));
    assertThat(manager.freeSlots()).isEqualTo(1);
    manager.reportSlots(a, report(request(0)));
    assertThat(manager.freeSlots()).isZero();
  }

  @Test
  void aFreeSlotThatIsReportedTakenIsTaken() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    fail(request(0), "timeout");
    manager.reportSlots(
        a,
        report(
            new RequestedSlot(
                a,
                otherJob,
                jobMaster,
                new SlotAllocation(request(0).slotId(), AllocationID.generate(ids)))));
    assertThat(manager.taken(otherJob)).isEqualTo(1);
    assertThat(manager.taken(job)).isZero();
    assertThat(actions.requests).hasSize(1);
  }

  @Test
  void aPendingSlotThatBelongsToAnotherJobIsLookedForElsewhere() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    register("b", 1);
    manager.reportSlots(
        a,
        report(
            new RequestedSlot(
                a,
                otherJob,
                jobMaster,
                new SlotAllocation(request(0).slotId(), AllocationID.generate(ids)))));
    assertThat(manager.taken(otherJob)).isEqualTo(1);
    assertThat(request(1).slotId().resourceId().value()).isEqualTo("b");
  }

  @Test
  void unknownSlotsAndRegistrationsInReportsAreIgnored() {
    InstanceID a = register("a", 1);
    manager.reportSlots(a, freeReport("a", 3));
    manager.reportSlots(InstanceID.generate(ids), freeReport("c", 3));
    assertThat(manager.totalSlots()).isEqualTo(1);
  }

  @Test
  void aShortageIsToldOnlyAfterTheStartUpPeriodAndAgainOnChange() {
    register("a", 2);
    declare(job, 5);
    assertThat(actions.shortages).isEmpty();
    manager.endStartUpPeriod();
    assertThat(actions.shortages).containsExactly(new Shortage(job, 2, 2));
    declare(job, 5);
    manager.endStartUpPeriod();
    assertThat(actions.shortages).hasSize(1);
    InstanceID b = register("b", 1);
    assertThat(actions.shortages).endsWith(new Shortage(job, 3, 3)).hasSize(2);
    manager.unregisterTaskExecutor(b);
    assertThat(actions.shortages).endsWith(new Shortage(job, 2, 2)).hasSize(3);
    register("c", 9);
    assertThat(actions.shortages).hasSize(3);
  }

  @Test
  void aNewNeedThatCannotBeMetIsToldAlsoIfTheFormerWas() {
    register("a", 1);
    manager.endStartUpPeriod();
    declare(job, 2);
    declare(job, 3);
    assertThat(actions.shortages).hasSize(2);
  }

  @Test
  void aSlotWhoseRequestFailedMayStillMeetTheNeed() {
    InstanceID a = register("a", 1);
    manager.endStartUpPeriod();
    declare(job, 1);
    fail(request(0), "timeout");
    assertThat(actions.shortages).isEmpty();
    manager.unregisterTaskExecutor(a);
    assertThat(actions.shortages).containsExactly(new Shortage(job, 0, 0));
  }

  @Test
  void aJobThatWaitsForSlotsOfOtherJobsIsNotGivenUpAndGetsThem() {
    register("a", 2);
    manager.endStartUpPeriod();
    declare(otherJob, 2);
    succeed(request(0));
    succeed(request(1));
    declare(job, 2);
    assertThat(actions.shortages).isEmpty();
    free(request(0));
    free(request(1));
    assertThat(manager.taken(job)).isEqualTo(2);
    assertThat(actions.shortages).isEmpty();
  }

  private void free(RequestedSlot freed) {
    manager.declareRequirement(otherJob, freed.jobMaster(), 2, 0);
    slotFreed(freed.registrationId(), freed.slotId(), freed.allocationId());
  }

  @Test
  void jobsAreServedInTheOrderOfTheirFirstNeed() {
    declare(job, 2);
    declare(otherJob, 2);
    register("a", 3);
    assertThat(manager.taken(job)).isEqualTo(2);
    assertThat(manager.taken(otherJob)).isEqualTo(1);
  }

  @Test
  void aSmallerNeedTakesNothingAway() {
    register("a", 4);
    declare(job, 4);
    declare(job, 1);
    assertThat(manager.taken(job)).isEqualTo(4);
  }

  @Test
  void aClearedNeedIsForgotten() {
    declare(job, 2);
    manager.clearRequirement(job);
    register("a", 4);
    assertThat(actions.requests).isEmpty();
    assertThat(manager.declareRequirement(job, jobMaster, 0, 1)).isTrue();
    assertThat(actions.requests).hasSize(1);
  }

  @Test
  void aRegistrationIsKnownOnceAndNamesEachSlotOnce() {
    InstanceID a = register("a", 1);
    assertThatThrownBy(() -> manager.registerTaskExecutor(a, freeReport("a", 1), true))
        .isInstanceOf(IllegalStateException.class);
    SlotStatus slot = new SlotStatus(new SlotID(new ResourceID("b"), 0), null, null);
    assertThatThrownBy(
            () ->
                manager.registerTaskExecutor(
                    InstanceID.generate(ids), new SlotReport(List.of(slot, slot)), true))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(manager.numberOfTaskExecutors()).isEqualTo(1);
  }

  private static SlotReport quarantined(RequestedSlot request) {
    return new SlotReport(
        List.of(new SlotStatus(request.slotId(), request.allocationId(), request.jobId(), true)));
  }

  @Test
  void aSlotThatATaskDoesNotLeaveIsNoJobsAndReplacedAtOnce() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    succeed(request(0));
    register("b", 1);
    manager.reportSlots(a, quarantined(request(0)));
    assertThat(actions.requests).hasSize(2);
    assertThat(request(1).slotId().resourceId()).isEqualTo(new ResourceID("b"));
    assertThat(manager.taken(job)).isEqualTo(1);
    assertThat(manager.totalSlots()).isEqualTo(2);
    assertThat(manager.freeSlots()).isZero();
    manager.reportSlots(a, quarantined(request(0)));
    assertThat(actions.requests).hasSize(2);
  }

  @Test
  void aSlotThatATaskHasLeftIsFreeByAnnouncementOrReport() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    succeed(request(0));
    manager.reportSlots(a, quarantined(request(0)));
    slotFreed(a, request(0).slotId(), request(0).allocationId());
    assertThat(actions.requests).hasSize(2);
    succeed(request(1));
    manager.reportSlots(a, quarantined(request(1)));
    assertThat(manager.taken(job)).isZero();
    manager.reportSlots(a, freeReport("a", 1));
    assertThat(actions.requests).hasSize(3);
  }

  @Test
  void aSlotMayBeQuarantinedWhenItsTaskExecutorRegisters() {
    InstanceID a = register("a", 1);
    declare(job, 1);
    InstanceID next = InstanceID.generate(ids);
    manager.replaceTaskExecutor(a, next, quarantined(request(0)), true);
    assertThat(manager.freeSlots()).isZero();
    assertThat(manager.taken(job)).isZero();
    slotFreed(next, request(0).slotId(), request(0).allocationId());
    assertThat(actions.requests).hasSize(2);
  }
}
