package org.stellwerk.runtime.resourcemanager;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.resourcemanager.TaskManagerSlot.Assignment;
import org.stellwerk.util.IdGenerator;

/** The slots of one registration of a TaskExecutor, with counts that are always right. */
final class TaskExecutorSlots {

  private final InstanceID registrationId;
  private final TransitionObserver transitions;
  private final Map<SlotID, TaskManagerSlot> slots = new LinkedHashMap<>();
  private final Map<JobID, Integer> takenPerJob = new LinkedHashMap<>();
  private int free;
  private int usable;
  private boolean open = true;

  /**
   * The slots as the registration reports them.
   *
   * @throws IllegalArgumentException if a slot is reported twice
   */
  TaskExecutorSlots(InstanceID registrationId, SlotReport report, TransitionObserver transitions) {
    this.registrationId = registrationId;
    this.transitions = transitions;
    for (SlotStatus status : report.slots()) {
      TaskManagerSlot slot = new TaskManagerSlot(status.slotId());
      if (slots.putIfAbsent(status.slotId(), slot) != null) {
        throw new IllegalArgumentException("Slot " + status.slotId() + " is reported twice");
      }
      free++;
      usable++;
      Assignment assignment = assignmentOf(status);
      if (status.quarantined()) {
        quarantine(slot, status);
      } else if (assignment != null) {
        become(slot, ManagedSlotState.ALLOCATED, assignment);
      }
    }
  }

  static @Nullable Assignment assignmentOf(SlotStatus status) {
    return status.allocationId() == null || status.jobId() == null
        ? null
        : new Assignment(status.allocationId(), status.jobId());
  }

  InstanceID registrationId() {
    return registrationId;
  }

  @Nullable TaskManagerSlot slot(SlotID slotId) {
    return slots.get(slotId);
  }

  int total() {
    return slots.size();
  }

  int free() {
    return free;
  }

  /** Free slots that may be asked for. */
  int usable() {
    return open ? usable : 0;
  }

  /** Free slots of which jobs may get some, if not now. */
  int available() {
    return open ? free : 0;
  }

  void setOpen(boolean nowOpen) {
    open = nowOpen;
  }

  /** Pending and allocated slots of the job. */
  int takenBy(JobID jobId) {
    return takenPerJob.getOrDefault(jobId, 0);
  }

  /**
   * Makes usable slots pending for a job, each under a new allocation.
   *
   * @throws IllegalStateException if there are not so many
   */
  List<SlotAllocation> reserve(JobID jobId, int count, IdGenerator ids) {
    if (count > usable()) {
      throw new IllegalStateException(
          "Job %s was to get %d slots of registration %s, which has %d"
              .formatted(jobId, count, registrationId, usable()));
    }
    List<SlotAllocation> reserved = new ArrayList<>(count);
    Iterator<TaskManagerSlot> all = slots.values().iterator();
    while (reserved.size() < count) {
      TaskManagerSlot slot = all.next();
      if (slot.isUsable()) {
        AllocationID allocationId = AllocationID.generate(ids);
        become(slot, ManagedSlotState.PENDING, new Assignment(allocationId, jobId));
        reserved.add(new SlotAllocation(slot.slotId(), allocationId));
      }
    }
    return reserved;
  }

  ResourceManagerSnapshot.Registration snapshot() {
    List<ResourceManagerSnapshot.Slot> all = new ArrayList<>(slots.size());
    for (TaskManagerSlot slot : slots.values()) {
      all.add(slot.snapshot());
    }
    return new ResourceManagerSnapshot.Registration(registrationId, free, all);
  }

  void become(TaskManagerSlot slot, ManagedSlotState state, @Nullable Assignment assignment) {
    count(slot, -1);
    ManagedSlotState from = slot.state();
    slot.become(state, assignment);
    count(slot, 1);
    transitions.onTransition(TransitionObserver.MANAGED_SLOT, slot.slotId(), from, state);
  }

  /** Remembers whose task is in it, to know the announcement of its end. */
  void quarantine(TaskManagerSlot slot, SlotStatus status) {
    Assignment holder = assignmentOf(status);
    boolean known = slot.state() == ManagedSlotState.ALLOCATED;
    if (holder != null && !(known && slot.hasAllocation(holder.allocationId()))) {
      become(slot, ManagedSlotState.ALLOCATED, holder);
    }
    become(slot, ManagedSlotState.QUARANTINED, null);
  }

  void setDoubtful(TaskManagerSlot slot, boolean doubtful) {
    count(slot, -1);
    slot.setDoubtful(doubtful);
    count(slot, 1);
  }

  private void count(TaskManagerSlot slot, int by) {
    if (slot.isUsable()) {
      usable += by;
    }
    Assignment assignment = slot.assignment();
    if (slot.state() == ManagedSlotState.FREE) {
      free += by;
    } else if (assignment != null) {
      takenPerJob.merge(assignment.jobId(), by, Integer::sum);
      takenPerJob.remove(assignment.jobId(), 0);
    }
  }

  /**
   * Checks that the counts equal a fresh count, and that a slot has no job exactly if it is free or
   * quarantined.
   *
   * @throws IllegalStateException if something does not hold
   */
  void checkInvariants() {
    int countedFree = 0;
    int countedUsable = 0;
    Map<JobID, Integer> perJob = new LinkedHashMap<>();
    for (TaskManagerSlot slot : slots.values()) {
      Assignment assignment = slot.assignment();
      if (slot.state().hasJob() != (assignment != null)) {
        throw new IllegalStateException("Slot " + slot + " is neither free nor taken");
      }
      if (assignment == null) {
        countedFree += slot.state() == ManagedSlotState.FREE ? 1 : 0;
        countedUsable += slot.isUsable() ? 1 : 0;
      } else {
        perJob.merge(assignment.jobId(), 1, Integer::sum);
      }
    }
    if (countedFree != free || countedUsable != usable || !perJob.equals(takenPerJob)) {
      throw new IllegalStateException(
          "Wrong counts of registration " + registrationId + ": " + slots.values());
    }
  }
}
