package org.stellwerk.simulation.check;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.taskexecutor.SlotState;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.RunningTask;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.Slot;

/**
 * I1, one owner per slot, by the TaskExecutors' books: a slot has a job and an allocation exactly
 * if it is not free; an allocation has one slot in the cluster, once; a slot holds tasks of its own
 * job only, at most one of each vertex but for those that are being cancelled; and no user code
 * runs that is not in a slot.
 */
final class I1SlotOwners extends Invariant {

  private final Allocations allocations;
  private final Function<String, ? extends Collection<ExecutionAttemptID>> userCode;

  /**
   * The invariant.
   *
   * @param allocations kept up to date
   * @param userCode the attempts whose code runs in a process
   */
  I1SlotOwners(
      Consumer<InvariantViolation> violations,
      Allocations allocations,
      Function<String, ? extends Collection<ExecutionAttemptID>> userCode) {
    super("I1", violations);
    this.allocations = allocations;
    this.userCode = userCode;
  }

  @Override
  void onTaskExecutor(Change<TaskExecutorSnapshot> change) {
    TaskExecutorSnapshot now = change.now();
    TaskExecutorSnapshot before = change.before();
    List<Slot> slots = now.slots();
    for (int i = 0; i < slots.size(); i++) {
      Slot slot = slots.get(i);
      Slot former = before == null ? null : before.slots().get(i);
      if (slot.equals(former)) {
        continue;
      }
      checkSlot(slot, now);
      if (former != null && !Objects.equals(former.allocationId(), slot.allocationId())) {
        end(former);
      }
      own(change.process(), slot);
    }
    checkUserCode(change.process(), now);
  }

  @Override
  void onGone(Source endpoint) {
    if (endpoint.kind() == TaskExecutor.class) {
      allocations.endAllOf(endpoint.process());
    }
  }

  private void checkSlot(Slot slot, TaskExecutorSnapshot now) {
    boolean free = slot.state() == SlotState.FREE;
    require(
        free == (slot.allocationId() == null) && free == (slot.jobId() == null),
        "{} is {}, but has allocation {} and job {}",
        slot.slotId(),
        slot.state(),
        slot.allocationId(),
        slot.jobId());
    require(
        !free || slot.attempts().isEmpty(),
        "{} is free, but has {}",
        slot.slotId(),
        slot.attempts());
    require(
        isHeld(slot.state()) || free || !slot.attempts().isEmpty(),
        "{} is {}, but has no task to wait for",
        slot.slotId(),
        slot.state());
    Set<JobVertexID> vertices = new HashSet<>();
    for (ExecutionAttemptID attempt : slot.attempts()) {
      RunningTask task = taskOf(attempt, now);
      require(
          task == null
              || task.state() == ExecutionState.CANCELING
              || vertices.add(attempt.jobVertexId()),
          "{} has two tasks of one vertex: {}",
          slot.slotId(),
          slot.attempts());
      require(
          task != null && task.jobId().equals(slot.jobId()),
          "{} of job {} has {}",
          slot.slotId(),
          slot.jobId(),
          task);
    }
  }

  private static boolean isHeld(SlotState state) {
    return state == SlotState.ALLOCATED || state == SlotState.ACTIVE;
  }

  private static @Nullable RunningTask taskOf(
      ExecutionAttemptID attempt, TaskExecutorSnapshot now) {
    for (RunningTask task : now.tasks()) {
      if (task.attemptId().equals(attempt)) {
        return task;
      }
    }
    return null;
  }

  private void end(Slot former) {
    if (former.allocationId() != null) {
      allocations.end(former.allocationId());
    }
  }

  private void own(String process, Slot slot) {
    AllocationID allocation = slot.allocationId();
    JobID job = slot.jobId();
    if (allocation == null || job == null) {
      return;
    }
    Allocations.Given now = new Allocations.Given(process, slot.slotId(), job);
    Allocations.Given before = allocations.give(allocation, now);
    require(
        before == null || before.equals(now),
        "Allocation {} has {}, but was given {}",
        allocation,
        now,
        before);
    require(
        !allocations.hasEnded(allocation), "Allocation {} was over, but has {}", allocation, now);
  }

  private void checkUserCode(String process, TaskExecutorSnapshot now) {
    for (ExecutionAttemptID attempt : userCode.apply(process)) {
      boolean inSlot = false;
      for (Slot slot : now.slots()) {
        inSlot |= slot.attempts().contains(attempt);
      }
      require(inSlot, "Code of {} runs in {}, but in no slot", attempt, process);
    }
  }
}
