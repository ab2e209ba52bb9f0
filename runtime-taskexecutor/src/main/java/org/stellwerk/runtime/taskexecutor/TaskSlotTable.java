package org.stellwerk.runtime.taskexecutor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.exceptions.SlotAllocationException;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;

/**
 * The slots of one TaskExecutor: who has each, what runs in it. Component of the TaskExecutor, in
 * its main thread; soft state, told to the ResourceManager by reports.
 *
 * <p>A slot that its job loses while tasks still run in it is RELEASING: it counts as taken, and
 * becomes free with the end of its last task. So is one in which a task does not end though it was
 * told to, QUARANTINED, but that is of no use to its job meanwhile. An allocation whose job's
 * master does not accept it in time is handed to the timeouts' listener, which releases it.
 *
 * <p>Invariants: an allocation has one slot, an attempt one slot; a free slot has neither; a
 * RELEASING or QUARANTINED slot has attempts; a timeout is armed for exactly the ALLOCATED slots.
 */
final class TaskSlotTable {

  /** A slot that has just become free, and who had it. */
  record FreedSlot(SlotID slotId, AllocationID allocationId, JobID jobId) {}

  /** What became of a released allocation: tasks to be ended first, or a slot that is free now. */
  record Release(List<ExecutionAttemptID> toEnd, Optional<FreedSlot> freed) {}

  private final List<TaskSlot> slots;
  private final AllocationTimeouts timeouts;
  private final Map<AllocationID, TaskSlot> byAllocation = new LinkedHashMap<>();
  private final Map<ExecutionAttemptID, TaskSlot> byAttempt = new LinkedHashMap<>();
  private boolean stopped;

  TaskSlotTable(
      ResourceID resourceId,
      int numberOfSlots,
      AllocationTimeouts timeouts,
      TransitionObserver transitions) {
    this.timeouts = timeouts;
    List<TaskSlot> all = new ArrayList<>(numberOfSlots);
    for (int index = 0; index < numberOfSlots; index++) {
      all.add(new TaskSlot(new SlotID(resourceId, index), transitions));
    }
    this.slots = List.copyOf(all);
  }

  /**
   * Gives a slot to a job; the same allocation on the same slot again changes nothing.
   *
   * @throws SlotAllocationException if that cannot be; nothing has changed then
   */
  void allocate(int index, JobID jobId, AllocationID allocationId) throws SlotAllocationException {
    if (index < 0 || index >= slots.size()) {
      throw new SlotAllocationException(
          "There is no slot " + index + "; this TaskExecutor has slots 0 to " + (slots.size() - 1));
    }
    TaskSlot slot = slots.get(index);
    TaskSlot holder = byAllocation.get(allocationId);
    if (holder == slot && slot.jobId().equals(jobId) && slot.isHeld()) {
      return;
    }
    if (holder != null) {
      throw new SlotAllocationException(
          "Allocation " + allocationId + " already has slot " + describe(holder));
    }
    if (!slot.isFree()) {
      throw new SlotAllocationException("Slot " + describe(slot) + " is not free");
    }
    slot.allocate(allocationId, jobId);
    byAllocation.put(allocationId, slot);
    timeouts.arm(allocationId);
  }

  /** The job's master has accepted the slot; false if the allocation has no slot any more. */
  boolean markActive(AllocationID allocationId) {
    TaskSlot slot = byAllocation.get(allocationId);
    if (slot == null || !slot.isHeld()) {
      return false;
    }
    if (slot.state() == SlotState.ALLOCATED) {
      timeouts.disarm(allocationId);
      slot.activate();
    }
    return true;
  }

  /** The job loses the slot. Empty if the allocation has none, or the job has lost it already. */
  Optional<Release> release(AllocationID allocationId, String reason) {
    TaskSlot slot = byAllocation.get(allocationId);
    if (slot == null || !slot.isHeld()) {
      return Optional.empty();
    }
    timeouts.disarm(allocationId);
    if (slot.isEmpty()) {
      return Optional.of(new Release(List.of(), Optional.of(free(slot, reason))));
    }
    slot.releasing(reason);
    return Optional.of(new Release(slot.attempts(), Optional.empty()));
  }

  /**
   * Puts an attempt into an allocated slot of its job.
   *
   * @return false if it is a repetition of what was put there before, whether it still runs or not
   * @throws TaskSubmissionException if the job does not have the slot, or has put a newer attempt
   *     of the subtask there
   */
  boolean addAttempt(ExecutionAttemptID attempt, JobID jobId, AllocationID allocationId)
      throws TaskSubmissionException {
    TaskSlot slot = byAllocation.get(allocationId);
    if (slot == null || !slot.jobId().equals(jobId)) {
      throw new TaskSubmissionException(
          "Attempt " + attempt + " is refused: no slot is allocated to its job as " + allocationId);
    }
    if (!slot.isHeld()) {
      throw new TaskSubmissionException(
          "Attempt " + attempt + " is refused: its job has lost slot " + describe(slot));
    }
    ExecutionAttemptID newest = slot.newestAttempt(attempt);
    if (attempt.equals(newest)) {
      return false;
    }
    if (newest != null && newest.attemptNumber() > attempt.attemptNumber()) {
      throw new TaskSubmissionException(
          "Attempt "
              + attempt
              + " is refused: attempt "
              + newest.attemptNumber()
              + " of its subtask came before");
    }
    TaskSlot elsewhere = byAttempt.get(attempt);
    if (elsewhere != null) {
      throw new TaskSubmissionException(
          "Attempt " + attempt + " is refused: it runs in slot " + describe(elsewhere));
    }
    slot.add(attempt);
    byAttempt.put(attempt, slot);
    return true;
  }

  /**
   * The attempt does not end though it was told to: its job loses the slot, which is free when
   * nothing runs in it any more.
   *
   * @return the other attempts in the slot; empty if it is quarantined already
   */
  List<ExecutionAttemptID> quarantine(ExecutionAttemptID attempt) {
    TaskSlot slot = byAttempt.get(attempt);
    if (slot == null || slot.state() == SlotState.QUARANTINED) {
      return List.of();
    }
    timeouts.disarm(slot.allocationId());
    slot.quarantine("attempt " + attempt + " does not end");
    return slot.attempts().stream().filter(other -> !other.equals(attempt)).toList();
  }

  /** An attempt has ended; its slot is free now if it was waiting for that. */
  Optional<FreedSlot> removeAttempt(ExecutionAttemptID attempt) {
    TaskSlot slot = byAttempt.remove(attempt);
    if (slot == null) {
      return Optional.empty();
    }
    slot.remove(attempt);
    return !slot.isHeld() && slot.isEmpty()
        ? Optional.of(free(slot, "its last task has ended"))
        : Optional.empty();
  }

  /** The job that has the allocation, unless nobody has. */
  Optional<JobID> jobOf(AllocationID allocationId) {
    return Optional.ofNullable(byAllocation.get(allocationId)).map(TaskSlot::jobId);
  }

  /** The state of the slot that the allocation has. */
  Optional<SlotState> stateOf(AllocationID allocationId) {
    return Optional.ofNullable(byAllocation.get(allocationId)).map(TaskSlot::state);
  }

  /** What waits to be accepted by the job's master, ordered by index. */
  List<SlotOffer> openOffers(JobID jobId) {
    return slots.stream()
        .filter(slot -> slot.state() == SlotState.ALLOCATED && slot.jobId().equals(jobId))
        .map(slot -> new SlotOffer(slot.allocationId(), slot.id().slotNumber()))
        .toList();
  }

  /** The allocations that the job's master has accepted, ordered by index. */
  List<AllocationID> activeAllocations(JobID jobId) {
    return activeOffers(jobId).stream().map(SlotOffer::allocationId).toList();
  }

  /** The same as they would be offered to another master. */
  List<SlotOffer> activeOffers(JobID jobId) {
    return slots.stream()
        .filter(slot -> slot.state() == SlotState.ACTIVE && slot.jobId().equals(jobId))
        .map(slot -> new SlotOffer(slot.allocationId(), slot.id().slotNumber()))
        .toList();
  }

  /** The allocation of the slot that the attempt is in, unless its job has lost that. */
  Optional<AllocationID> heldAllocationOf(ExecutionAttemptID attempt) {
    return Optional.ofNullable(byAttempt.get(attempt))
        .filter(TaskSlot::isHeld)
        .map(TaskSlot::allocationId);
  }

  /** Whether attempts are in the slot of the allocation. */
  boolean isUsed(AllocationID allocationId) {
    TaskSlot slot = byAllocation.get(allocationId);
    return slot != null && !slot.isEmpty();
  }

  /** All allocations of the job, those being released included, ordered by index. */
  List<AllocationID> allocationsOf(JobID jobId) {
    return slots.stream()
        .filter(slot -> !slot.isFree() && slot.jobId().equals(jobId))
        .map(TaskSlot::allocationId)
        .toList();
  }

  /** Whether the job has no slot, not even one that is being released. */
  boolean isGone(JobID jobId) {
    for (TaskSlot slot : byAllocation.values()) {
      if (slot.jobId().equals(jobId)) {
        return false;
      }
    }
    return true;
  }

  /** Every slot, ordered by index; one that is being released counts as taken. */
  SlotReport report() {
    return new SlotReport(slots.stream().map(TaskSlot::status).toList());
  }

  /** Every slot as it is, ordered by index. */
  List<TaskExecutorSnapshot.Slot> snapshot() {
    List<TaskExecutorSnapshot.Slot> all = new ArrayList<>(slots.size());
    for (TaskSlot slot : slots) {
      all.add(slot.snapshot());
    }
    return all;
  }

  /** No timeout comes any more. */
  void stop() {
    stopped = true;
    timeouts.stop();
  }

  /** Throws if an invariant of the class does not hold; for tests and the simulator. */
  void checkInvariants() {
    int taken = 0;
    int attempts = 0;
    for (TaskSlot slot : slots) {
      List<ExecutionAttemptID> inSlot = slot.attempts();
      attempts += inSlot.size();
      for (ExecutionAttemptID attempt : inSlot) {
        require(byAttempt.get(attempt) == slot, slot, "an attempt that is not indexed");
      }
      if (slot.isFree()) {
        require(slot.isEmpty() && slot.status().isFree(), slot, "something left while free");
        continue;
      }
      taken++;
      require(byAllocation.get(slot.allocationId()) == slot, slot, "an unindexed allocation");
      require(slot.isHeld() || !slot.isEmpty(), slot, "nothing to wait for");
      boolean waits = slot.state() == SlotState.ALLOCATED && !stopped;
      require(
          timeouts.isArmed(slot.allocationId()) == waits,
          slot,
          "a timeout that does not fit its state");
    }
    require(taken == byAllocation.size(), null, "allocations without slot");
    require(attempts == byAttempt.size(), null, "attempts without slot");
  }

  private static void require(boolean holds, @Nullable TaskSlot slot, String broken) {
    if (!holds) {
      throw new IllegalStateException(
          "Slot table has " + broken + (slot == null ? "" : ": " + describe(slot)));
    }
  }

  private FreedSlot free(TaskSlot slot, String reason) {
    FreedSlot freed = new FreedSlot(slot.id(), slot.allocationId(), slot.jobId());
    byAllocation.remove(freed.allocationId());
    slot.free(reason);
    return freed;
  }

  private static String describe(TaskSlot slot) {
    return slot.isFree()
        ? slot.id() + " (free)"
        : slot.id()
            + " ("
            + slot.state()
            + ", job "
            + slot.jobId()
            + ", allocation "
            + slot.allocationId()
            + ")";
  }
}
