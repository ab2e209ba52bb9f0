package org.stellwerk.runtime.jobmaster.slotpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stellwerk.runtime.executiongraph.TestGraphs.allocation;
import static org.stellwerk.runtime.executiongraph.TestGraphs.location;
import static org.stellwerk.runtime.executiongraph.TestGraphs.taskManager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.exceptions.NoResourceAvailableException;

class SlotPoolTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration IDLE = Duration.ofSeconds(50);

  private final SimScheduler scheduler = new SimScheduler(1);
  private final List<String> declared = new ArrayList<>();
  private final TestingTaskManagerGateway gateway = new TestingTaskManagerGateway();
  private final SlotPool pool =
      new SlotPool(
          (version, slots) -> declared.add(version + ":" + slots),
          new ManualMainThreadExecutor(scheduler),
          new SlotPoolConfig(TIMEOUT, IDLE),
          scheduler.clock());

  private static SlotOffer offer(int number) {
    return new SlotOffer(allocation(number), number);
  }

  private List<SlotOffer> offerFrom(int taskManager, SlotOffer... offers) {
    return pool.offerSlots(location(taskManager), gateway, List.of(offers));
  }

  private List<AllocatedSlot> acquire(int count) {
    pool.declareRequiredResources(count);
    pool.registerTaskManager(taskManager(1));
    for (int i = 0; i < count; i++) {
      offerFrom(1, offer(i));
    }
    return scheduler.await(
        pool.requestSlots(new SlotRequest(count, SlotSelection.first(count), TIMEOUT, false)));
  }

  @Test
  void everyChangeOfTheNeedIsDeclaredAsAWholeWithAGrowingVersion() {
    pool.declareRequiredResources(3);
    pool.declareRequiredResources(3);
    pool.declareRequiredResources(1);
    assertThat(declared).containsExactly("1:3", "2:1");
    assertThat(pool.requiredResources()).isEqualTo(1);
    assertThatThrownBy(() -> pool.declareRequiredResources(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void slotsAreAcceptedUpToTheNeedAndSuperfluousOnesRejected() {
    pool.declareRequiredResources(2);
    pool.registerTaskManager(taskManager(1));
    assertThat(offerFrom(1, offer(0), offer(1), offer(2))).containsExactly(offer(0), offer(1));
    assertThat(declared).containsExactly("1:2");
    pool.checkInvariants();
  }

  @Test
  void aRepeatedOfferHasTheSameAnswer() {
    pool.declareRequiredResources(1);
    pool.registerTaskManager(taskManager(1));
    pool.registerTaskManager(taskManager(2));
    assertThat(offerFrom(1, offer(0))).containsExactly(offer(0));
    assertThat(offerFrom(1, offer(0))).containsExactly(offer(0));
    assertThat(offerFrom(2, offer(0))).isEmpty();
    assertThat(pool.numberOfSlots()).isEqualTo(1);
  }

  @Test
  void offersOfAnUnknownTaskManagerAreIgnored() {
    pool.declareRequiredResources(1);
    assertThat(offerFrom(1, offer(0))).isEmpty();
    assertThat(pool.numberOfSlots()).isZero();
  }

  @Test
  void aRequestIsFulfilledAsAWholeOnceThereAreEnoughSlots() {
    pool.declareRequiredResources(2);
    pool.registerTaskManager(taskManager(1));
    CompletableFuture<List<AllocatedSlot>> request =
        pool.requestSlots(new SlotRequest(2, SlotSelection.first(2), TIMEOUT, false));
    offerFrom(1, offer(0));
    assertThat(request).isNotDone();
    offerFrom(1, offer(1));
    assertThat(request).isDone();
    assertThat(scheduler.await(request))
        .extracting(AllocatedSlot::getAllocationId)
        .containsExactly(allocation(0), allocation(1));
    pool.checkInvariants();
  }

  @Test
  void aRequestThatIsCancelledByWhatAnotherGotLeavesItsSlots() {
    pool.declareRequiredResources(2);
    pool.registerTaskManager(taskManager(1));
    SlotRequest one = new SlotRequest(1, SlotSelection.first(1), TIMEOUT, false);
    CompletableFuture<List<AllocatedSlot>> first = pool.requestSlots(one);
    CompletableFuture<List<AllocatedSlot>> second = pool.requestSlots(one);
    first.whenComplete((slots, failure) -> second.cancel(false));
    offerFrom(1, offer(0), offer(1));
    assertThat(first).isCompleted();
    assertThat(second).isCancelled();
    assertThat(pool.spareSlots()).isEqualTo(1);
    pool.checkInvariants();
  }

  @Test
  void aRequestThatIsCancelledTakesNoSlots() {
    pool.declareRequiredResources(1);
    pool.registerTaskManager(taskManager(1));
    CompletableFuture<List<AllocatedSlot>> request =
        pool.requestSlots(new SlotRequest(1, SlotSelection.first(1), TIMEOUT, false));
    request.cancel(false);
    assertThat(pool.snapshot().requests()).isZero();
    offerFrom(1, offer(0));
    assertThat(pool.spareSlots()).isEqualTo(1);
    pool.checkInvariants();
  }

  @Test
  void requestsAreServedInTheirOrderAndOneThatMustWaitHoldsUpNoneBehindIt() {
    pool.declareRequiredResources(3);
    pool.registerTaskManager(taskManager(1));
    CompletableFuture<List<AllocatedSlot>> large =
        pool.requestSlots(new SlotRequest(2, SlotSelection.first(2), TIMEOUT, false));
    CompletableFuture<List<AllocatedSlot>> small =
        pool.requestSlots(new SlotRequest(1, SlotSelection.first(1), TIMEOUT, false));
    offerFrom(1, offer(0));
    assertThat(large).isNotDone();
    assertThat(small).isDone();
    offerFrom(1, offer(1), offer(2));
    assertThat(large).isDone();
  }

  @Test
  void theRequesterChoosesAmongAllFreeSlots() {
    pool.declareRequiredResources(3);
    pool.registerTaskManager(taskManager(1));
    offerFrom(1, offer(0), offer(1), offer(2));
    assertThat(
            scheduler.await(
                pool.requestSlots(
                    new SlotRequest(2, free -> List.of(free.get(2), free.get(0)), TIMEOUT, false))))
        .extracting(AllocatedSlot::getAllocationId)
        .containsExactly(allocation(2), allocation(0));
    pool.checkInvariants();
  }

  @Test
  void aChoiceOfOtherSlotsThanAskedForIsAnError() {
    pool.declareRequiredResources(3);
    pool.registerTaskManager(taskManager(1));
    offerFrom(1, offer(0), offer(1), offer(2));
    SlotRequest twice =
        new SlotRequest(2, free -> List.of(free.get(0), free.get(0)), TIMEOUT, false);
    assertThatThrownBy(() -> pool.requestSlots(twice)).hasMessageContaining("Chosen twice");
    SlotRequest tooFew = new SlotRequest(2, SlotSelection.first(1), TIMEOUT, false);
    assertThatThrownBy(() -> pool.requestSlots(tooFew)).hasMessageContaining("Asked for 2 slots");
  }

  @Test
  void aSlotThatNobodyUsedCanBeGivenBack() {
    pool.declareRequiredResources(1);
    pool.registerTaskManager(taskManager(1));
    offerFrom(1, offer(0));
    AllocatedSlot slot =
        scheduler
            .await(pool.requestSlots(new SlotRequest(1, SlotSelection.first(1), TIMEOUT, false)))
            .get(0);
    assertThat(pool.numberOfFreeSlots()).isZero();
    pool.returnUnused(slot);
    assertThat(pool.numberOfFreeSlots()).isEqualTo(1);
    pool.checkInvariants();
  }

  @Test
  void aRequestThatWaitsForMoreIsNotFailedWhenTheClusterIsTooSmall() {
    pool.declareRequiredResources(2);
    CompletableFuture<List<AllocatedSlot>> restart =
        pool.requestSlots(new SlotRequest(1, SlotSelection.first(1), TIMEOUT, true));
    CompletableFuture<List<AllocatedSlot>> first =
        pool.requestSlots(new SlotRequest(1, SlotSelection.first(1), TIMEOUT, false));
    pool.notifyNotEnoughResourcesAvailable(0, 0);
    assertThat(first).isCompletedExceptionally();
    assertThat(restart).isNotDone();
  }

  @Test
  void aRequestFailsAtItsTimeoutWithAskedAndAvailable() {
    pool.declareRequiredResources(4);
    pool.registerTaskManager(taskManager(1));
    CompletableFuture<List<AllocatedSlot>> request =
        pool.requestSlots(new SlotRequest(4, SlotSelection.first(4), TIMEOUT, false));
    offerFrom(1, offer(0));
    Throwable failure = scheduler.awaitFailure(request);
    assertThat(failure)
        .isInstanceOf(NoResourceAvailableException.class)
        .hasMessageContaining("asked for 4, available were 1 after 30000 ms");
    assertThat(pool.numberOfRequests()).isZero();
    assertThat(scheduler.nowNanos()).isEqualTo(TIMEOUT.toNanos());
  }

  @Test
  void theTimeoutOfAFulfilledRequestDoesNothing() {
    acquire(1);
    scheduler.runFor(TIMEOUT.multipliedBy(2));
    assertThat(pool.numberOfSlots()).isEqualTo(1);
  }

  @Test
  void notEnoughResourcesFailsWhatWaits() {
    pool.declareRequiredResources(4);
    CompletableFuture<List<AllocatedSlot>> request =
        pool.requestSlots(new SlotRequest(4, SlotSelection.first(4), TIMEOUT, false));
    pool.notifyNotEnoughResourcesAvailable(2, 3);
    assertThat(scheduler.awaitFailure(request))
        .isInstanceOf(NoResourceAvailableException.class)
        .hasMessageContaining("asked for 4, acquired 2, the cluster has 3");
  }

  @Test
  void notEnoughResourcesMeansNothingToAJobThatHasItsSlots() {
    acquire(2);
    pool.notifyNotEnoughResourcesAvailable(0, 0);
    assertThat(pool.numberOfSlots()).isEqualTo(2);
  }

  @Test
  void releasingATaskManagerFailsThePayloadsOfItsSlots() {
    List<AllocatedSlot> slots = acquire(2);
    List<Throwable> failures = new ArrayList<>();
    LogicalSlot logical = slots.get(0).allocateLogicalSlot();
    logical.tryAssignPayload(failures::add);
    Throwable cause = new IllegalStateException("gone");
    assertThat(pool.releaseTaskManager(taskManager(1), cause)).isTrue();
    assertThat(pool.releaseTaskManager(taskManager(1), cause)).isFalse();
    assertThat(failures).containsExactly(cause);
    assertThat(pool.numberOfSlots()).isZero();
    assertThat(logical.isAlive()).isFalse();
    pool.checkInvariants();
  }

  @Test
  void allSlotsOfALostTaskManagerAreDeadBeforeAPayloadHears() {
    List<AllocatedSlot> slots = acquire(2);
    List<Boolean> otherAlive = new ArrayList<>();
    slots
        .get(0)
        .allocateLogicalSlot()
        .tryAssignPayload(cause -> otherAlive.add(slots.get(1).isAlive()));
    pool.releaseTaskManager(taskManager(1), new IllegalStateException("gone"));
    assertThat(otherAlive).containsExactly(false);
  }

  @Test
  void afterALossTheSameNeedTakesNewSlots() {
    pool.declareRequiredResources(1);
    pool.registerTaskManager(taskManager(1));
    CompletableFuture<List<AllocatedSlot>> request =
        pool.requestSlots(new SlotRequest(1, SlotSelection.first(1), TIMEOUT, false));
    pool.releaseTaskManager(taskManager(1), new IllegalStateException("gone"));
    assertThat(offerFrom(1, offer(0))).isEmpty();
    pool.registerTaskManager(taskManager(2));
    assertThat(offerFrom(2, offer(5))).containsExactly(offer(5));
    assertThat(request).isDone();
  }

  @Test
  void failingAnAllocationTellsWhetherItWasTheLast() {
    acquire(2);
    Throwable cause = new IllegalStateException("broken");
    assertThat(pool.failAllocation(taskManager(2), allocation(0), cause)).isFalse();
    assertThat(pool.failAllocation(taskManager(1), allocation(9), cause)).isFalse();
    assertThat(pool.numberOfSlots()).isEqualTo(2);
    assertThat(pool.failAllocation(taskManager(1), allocation(0), cause)).isFalse();
    assertThat(pool.failAllocation(taskManager(1), allocation(1), cause)).isTrue();
    assertThat(gateway.freed).isEmpty();
    pool.checkInvariants();
  }

  @Test
  void aFreedSlotGoesBackToItsTaskManager() {
    List<AllocatedSlot> slots = acquire(1);
    List<Throwable> failures = new ArrayList<>();
    slots.get(0).allocateLogicalSlot().tryAssignPayload(failures::add);
    pool.freeSlot(allocation(0), "test");
    pool.freeSlot(allocation(0), "test");
    assertThat(gateway.freed).containsExactly(allocation(0));
    assertThat(failures).hasSize(1);
  }

  @Test
  void aReturnedSlotServesTheNextRequest() {
    List<AllocatedSlot> slots = acquire(1);
    LogicalSlot one = slots.get(0).allocateLogicalSlot();
    LogicalSlot two = slots.get(0).allocateLogicalSlot();
    one.returnSlot();
    assertThat(pool.numberOfFreeSlots()).isZero();
    two.returnSlot();
    two.returnSlot();
    assertThat(pool.numberOfFreeSlots()).isEqualTo(1);
    assertThat(offerFrom(1, offer(7))).isEmpty();
    assertThat(pool.requestSlots(new SlotRequest(1, SlotSelection.first(1), TIMEOUT, false)))
        .isDone();
  }

  @Test
  void idleSlotsAreGivenBackAfterTheTimeoutThoughNeverBelowTheNeed() {
    pool.declareRequiredResources(3);
    pool.registerTaskManager(taskManager(1));
    offerFrom(1, offer(0), offer(1), offer(2));
    scheduler.runFor(IDLE.multipliedBy(2));
    assertThat(gateway.freed).isEmpty();
    pool.declareRequiredResources(2);
    scheduler.runFor(Duration.ZERO);
    assertThat(gateway.freed).containsExactly(allocation(0));
    scheduler.runFor(IDLE.multipliedBy(2));
    assertThat(pool.numberOfSlots()).isEqualTo(2);
    pool.checkInvariants();
  }

  @Test
  void aSlotIsIdleFromItsReturnOn() {
    List<AllocatedSlot> slots = acquire(2);
    LogicalSlot one = slots.get(0).allocateLogicalSlot();
    slots.get(1).allocateLogicalSlot();
    pool.declareRequiredResources(1);
    scheduler.runFor(IDLE.multipliedBy(2));
    one.returnSlot();
    scheduler.runFor(IDLE.minusMillis(1));
    assertThat(gateway.freed).isEmpty();
    scheduler.runFor(Duration.ofMillis(1));
    assertThat(gateway.freed).containsExactly(allocation(0));
  }

  @Test
  void aNeedThatGrowsAgainFindsTheIdleSlots() {
    pool.declareRequiredResources(2);
    pool.registerTaskManager(taskManager(1));
    offerFrom(1, offer(0), offer(1));
    pool.declareRequiredResources(1);
    assertThat(offerFrom(1, offer(2))).isEmpty();
    pool.declareRequiredResources(2);
    scheduler.runFor(IDLE.multipliedBy(2));
    assertThat(gateway.freed).isEmpty();
    assertThat(pool.requestSlots(new SlotRequest(2, SlotSelection.first(2), TIMEOUT, false)))
        .isDone();
  }

  @Test
  void usedSlotsBeyondTheNeedAreKept() {
    List<AllocatedSlot> slots = acquire(3);
    slots.forEach(AllocatedSlot::allocateLogicalSlot);
    pool.declareRequiredResources(1);
    scheduler.runFor(IDLE.multipliedBy(2));
    assertThat(pool.numberOfSlots()).isEqualTo(3);
    pool.checkInvariants();
  }

  @Test
  void closeGivesEverythingBackAndTakesNothingAnyMore() {
    acquire(2);
    CompletableFuture<List<AllocatedSlot>> request =
        pool.requestSlots(new SlotRequest(1, SlotSelection.first(1), TIMEOUT, false));
    pool.close("the end");
    pool.close("the end");
    assertThat(gateway.freed).containsExactlyInAnyOrder(allocation(0), allocation(1));
    assertThat(declared).containsExactly("1:2", "2:0");
    assertThat(request).isCompletedExceptionally();
    assertThat(offerFrom(1, offer(5))).isEmpty();
    assertThat(pool.requestSlots(new SlotRequest(1, SlotSelection.first(1), TIMEOUT, false)))
        .isCompletedExceptionally();
    pool.checkInvariants();
  }

  @Test
  void whatGoesBackTogetherIsDeclaredOnce() {
    pool.declareRequiredResources(3);
    pool.registerTaskManager(taskManager(1));
    offerFrom(1, offer(0), offer(1), offer(2));
    pool.setDraining(List.of(taskManager(1)));
    assertThat(gateway.freed).containsExactly(allocation(0), allocation(1), allocation(2));
    assertThat(declared).as("three slots elsewhere, in place of these").containsExactly("1:3");
    pool.checkInvariants();
  }

  @Test
  void allSlotsThatGoBackAreDeadBeforeAPayloadHears() {
    List<Integer> left = new ArrayList<>();
    for (AllocatedSlot slot : acquire(2)) {
      slot.allocateLogicalSlot()
          .tryAssignPayload(
              cause -> {
                left.add(pool.numberOfSlots());
                assertThat(gateway.freed).isEmpty();
              });
    }
    pool.close("the end");
    assertThat(left).containsExactly(0, 0);
    assertThat(gateway.freed).hasSize(2);
  }

  @Test
  void aLogicalSlotTakesOnePayloadAndReturnsOnce() {
    List<AllocatedSlot> slots = acquire(1);
    LogicalSlot logical = slots.get(0).allocateLogicalSlot();
    List<Throwable> failures = new ArrayList<>();
    LogicalSlot.Payload payload = failures::add;
    assertThat(logical.tryAssignPayload(payload)).isTrue();
    assertThat(logical.tryAssignPayload(cause -> {})).isFalse();
    assertThat(logical.getPayload()).isSameAs(payload);
    logical.release(new IllegalStateException("one"));
    logical.release(new IllegalStateException("two"));
    assertThat(failures).hasSize(1);
    assertThat(logical.isAlive()).isFalse();
    logical.returnSlot();
    assertThat(pool.numberOfFreeSlots()).isEqualTo(1);
    logical.release(new IllegalStateException("three"));
    assertThat(failures).hasSize(1);
    assertThat(slots.get(0).allocateLogicalSlot().tryAssignPayload(payload)).isTrue();
  }

  @Test
  void aReleasedSlotWithoutPayloadIsReturnedAtOnceAndTakesNone() {
    List<AllocatedSlot> slots = acquire(1);
    LogicalSlot logical = slots.get(0).allocateLogicalSlot();
    logical.release(new IllegalStateException("gone"));
    assertThat(logical.tryAssignPayload(cause -> {})).isFalse();
    assertThat(pool.numberOfFreeSlots()).isEqualTo(1);
  }

  @Test
  void aDeadSlotGivesNoShares() {
    List<AllocatedSlot> slots = acquire(1);
    pool.releaseTaskManager(taskManager(1), new IllegalStateException("gone"));
    assertThatThrownBy(() -> slots.get(0).allocateLogicalSlot())
        .isInstanceOf(IllegalStateException.class);
  }
}
