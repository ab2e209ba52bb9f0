package org.stellwerk.runtime.resourcemanager;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.SlotID;

/**
 * One slot as the SlotManager believes it to be. Changed by {@link TaskExecutorSlots} only, which
 * keeps the counts.
 *
 * <pre>
 * FREE → PENDING (asked for) → ALLOCATED (the TaskExecutor has it) → FREE
 * PENDING → FREE (failed); any → ALLOCATED (a report says so)
 * </pre>
 */
final class TaskManagerSlot {

  /** What a slot is to the SlotManager. */
  enum State {
    FREE,
    PENDING,
    ALLOCATED;

    /** Whether the transition is allowed; an allocated slot may pass to another allocation. */
    boolean canBecome(State next) {
      return switch (next) {
        case FREE -> this != FREE;
        case PENDING -> this == FREE;
        case ALLOCATED -> true;
      };
    }
  }

  /** Which job a slot is for, under which allocation. */
  record Assignment(AllocationID allocationId, JobID jobId) {}

  private final SlotID slotId;
  private State state = State.FREE;
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

  State state() {
    return state;
  }

  /** Null exactly if the slot is free. */
  @Nullable Assignment assignment() {
    return assignment;
  }

  boolean hasAllocation(AllocationID allocationId) {
    return assignment != null && assignment.allocationId().equals(allocationId);
  }

  /** Whether the slot was last freed from this allocation: a report that shows it may be old. */
  boolean wasFreedFrom(AllocationID allocationId) {
    return Objects.equals(lastFreed, allocationId);
  }

  /** Free, but the last request for it failed; not asked again before its TaskExecutor reports. */
  boolean isDoubtful() {
    return doubtful;
  }

  boolean isUsable() {
    return state == State.FREE && !doubtful;
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

  void become(State newState, @Nullable Assignment newAssignment) {
    if ((newState == State.FREE) != (newAssignment == null) || !state.canBecome(newState)) {
      throw new IllegalStateException(
          "Slot " + this + " cannot become " + newState + " for " + newAssignment);
    }
    if (newState == State.FREE && assignment != null) {
      lastFreed = assignment.allocationId();
    }
    state = newState;
    assignment = newAssignment;
    doubtful = false;
    contradicted = false;
  }

  @Override
  public String toString() {
    return slotId + " " + state + (assignment == null ? "" : " for job " + assignment.jobId());
  }
}
