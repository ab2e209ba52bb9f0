package org.stellwerk.runtime.taskexecutor;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.SlotStatus;

/**
 * One slot with its state, its allocation and the attempts in it. Changed by {@link TaskSlotTable}
 * only. Remembers, per subtask, the newest attempt that it was given: attempt numbers only grow, so
 * that this tells every repeated or late submission in memory bounded by the number of subtasks,
 * and it goes with the allocation.
 */
final class TaskSlot {

  private static final Logger LOG = LoggerFactory.getLogger(TaskSlot.class);

  private final SlotID id;
  private final TransitionObserver transitions;
  private final Set<ExecutionAttemptID> attempts = new LinkedHashSet<>();
  private final Map<ExecutionVertexID, ExecutionAttemptID> newestAttempts = new LinkedHashMap<>();
  private SlotState state = SlotState.FREE;
  private @Nullable AllocationID allocationId;
  private @Nullable JobID jobId;

  TaskSlot(SlotID id, TransitionObserver transitions) {
    this.id = id;
    this.transitions = transitions;
  }

  SlotID id() {
    return id;
  }

  SlotState state() {
    return state;
  }

  boolean isFree() {
    return state == SlotState.FREE;
  }

  /** Whether the job has it, and may use it. */
  boolean isHeld() {
    return state == SlotState.ALLOCATED || state == SlotState.ACTIVE;
  }

  /** The allocation; the slot must not be free. */
  AllocationID allocationId() {
    return Objects.requireNonNull(allocationId, "free slot");
  }

  /** The job; the slot must not be free. */
  JobID jobId() {
    return Objects.requireNonNull(jobId, "free slot");
  }

  List<ExecutionAttemptID> attempts() {
    return List.copyOf(attempts);
  }

  boolean isEmpty() {
    return attempts.isEmpty();
  }

  TaskExecutorSnapshot.Slot snapshot() {
    return new TaskExecutorSnapshot.Slot(id, state, allocationId, jobId, attempts());
  }

  SlotStatus status() {
    return new SlotStatus(id, allocationId, jobId, state == SlotState.QUARANTINED);
  }

  void allocate(AllocationID allocation, JobID job) {
    transitionTo(SlotState.ALLOCATED, "requested for job " + job + " as " + allocation);
    allocationId = allocation;
    jobId = job;
  }

  void activate() {
    transitionTo(SlotState.ACTIVE, "accepted by the JobMaster");
  }

  void releasing(String reason) {
    transitionTo(SlotState.RELEASING, reason);
  }

  void quarantine(String reason) {
    transitionTo(SlotState.QUARANTINED, reason);
  }

  void free(String reason) {
    if (!attempts.isEmpty()) {
      throw new IllegalStateException("Slot " + id + " still has tasks: " + attempts);
    }
    transitionTo(SlotState.FREE, reason);
    allocationId = null;
    jobId = null;
    newestAttempts.clear();
  }

  /** The newest attempt of the same subtask that was ever put into this allocation. */
  @Nullable ExecutionAttemptID newestAttempt(ExecutionAttemptID attempt) {
    return newestAttempts.get(attempt.executionVertexId());
  }

  void add(ExecutionAttemptID attempt) {
    attempts.add(attempt);
    newestAttempts.put(attempt.executionVertexId(), attempt);
  }

  void remove(ExecutionAttemptID attempt) {
    attempts.remove(attempt);
  }

  private void transitionTo(SlotState next, String reason) {
    if (!state.canBecome(next)) {
      throw new IllegalStateException(
          "Slot " + id + " cannot go from " + state + " to " + next + ": " + reason);
    }
    SlotState from = state;
    state = next;
    LOG.debug("Slot {} ({}): {} -> {}: {}", id, allocationId, from, next, reason);
    transitions.onTransition(TransitionObserver.TASK_SLOT, id, from, next);
  }
}
