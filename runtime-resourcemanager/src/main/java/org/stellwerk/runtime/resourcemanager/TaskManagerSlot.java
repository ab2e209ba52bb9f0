package org.stellwerk.runtime.resourcemanager;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.SlotID;

/**
 * One slot as the SlotManager believes it to be. Changed by {@link TaskExecutorSlots} only, which
 * keeps the counts; transitions are those of {@link ManagedSlotState}.
 */
final class TaskManagerSlot {

  /** Which job a slot is for, under which allocation. */
  record Assignment(AllocationID allocationId, JobID jobId) {}

  private final SlotID slotId;
  private ManagedSlotState state = ManagedSlotState.FREE;
  private @Nullable Assignment assignment;
  private @Nullable AllocationID lastFreed;
  private boolean doubtful;
  private boolean contradicted;

  TaskManagerSlot(SlotID slotId) {
    this.slotId = slotId;
  }

  SlotID slotId() {
    return slotId;
  }

  ManagedSlotState state() {
    return state;
  }

  /** Null exactly if the slot is no job's. */
  @Nullable Assignment assignment() {
    return assignment;
  }

  boolean hasAllocation(AllocationID allocationId) {
    return assignment != null && assignment.allocationId().equals(allocationId);
  }

  /** Whether the slot is being asked for under this allocation. */
  boolean isPendingFor(AllocationID allocationId) {
    return state == ManagedSlotState.PENDING && hasAllocation(allocationId);
  }

  /** Whether the slot was last taken from this allocation: a report that shows it may be old. */
  boolean wasFreedFrom(AllocationID allocationId) {
    return Objects.equals(lastFreed, allocationId);
  }

  /** Whether the end of this allocation makes the slot free; if quarantined, of its last one. */
  boolean mayBeFreedFrom(AllocationID allocationId) {
    return state == ManagedSlotState.QUARANTINED
        ? wasFreedFrom(allocationId)
        : hasAllocation(allocationId);
  }

  /** Free, but the last request for it failed; not asked again before its TaskExecutor reports. */
  boolean isDoubtful() {
    return doubtful;
  }

  boolean isUsable() {
    return state == ManagedSlotState.FREE && !doubtful;
  }

  void setDoubtful(boolean nowDoubtful) {
    this.doubtful = nowDoubtful;
  }

  /**
   * A report contradicts what is believed and may be older than it.
   *
   * @return whether the report before contradicted it, too, so that it has to be right
   */
  boolean contradict() {
    boolean again = contradicted;
    contradicted = true;
    return again;
  }

  void agree() {
    contradicted = false;
  }

  void become(ManagedSlotState newState, @Nullable Assignment newAssignment) {
    if (newState.hasJob() != (newAssignment != null) || !state.canBecome(newState)) {
      throw new IllegalStateException(
          "Slot " + this + " cannot become " + newState + " for " + newAssignment);
    }
    if (newAssignment == null && assignment != null) {
      lastFreed = assignment.allocationId();
    }
    state = newState;
    assignment = newAssignment;
    doubtful = false;
    contradicted = false;
  }

  ResourceManagerSnapshot.Slot snapshot() {
    Assignment current = assignment;
    return new ResourceManagerSnapshot.Slot(
        slotId,
        state,
        current == null ? null : current.allocationId(),
        current == null ? null : current.jobId(),
        isUsable());
  }

  @Override
  public String toString() {
    return slotId + " " + state + (assignment == null ? "" : " for job " + assignment.jobId());
  }
}
