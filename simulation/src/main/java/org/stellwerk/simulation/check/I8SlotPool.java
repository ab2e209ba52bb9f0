package org.stellwerk.simulation.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.TaskManagerRegistration;

/**
 * I8, the JobMaster's slots: each belongs to a registered TaskExecutor, which has given it to this
 * job; every deployed attempt has a slot of the pool, but for one that a former leader has deployed
 * and whose end is about to be told; the attempts in a slot are of one slot sharing group and of
 * different vertices; those with one index of one co-location group are in one slot, but for those
 * that are being cancelled; nobody keeps a slot beyond its end.
 */
final class I8SlotPool extends Invariant {

  private record Place(AllocationID allocationId, JobVertexID vertexId) {}

  private record CoLocated(String group, int subtaskIndex) {}

  /** Who is where, of one job. */
  private record Places(
      Set<Place> taken, Map<AllocationID, String> groups, Map<CoLocated, AllocationID> coLocated) {}

  private final Allocations allocations;

  /** Attempts that had ended when they were reported to a new leader, which waits for the end. */
  private final Set<ExecutionAttemptID> endedBefore = new HashSet<>();

  I8SlotPool(Consumer<InvariantViolation> violations, Allocations allocations) {
    super("I8", violations);
    this.allocations = allocations;
  }

  @Override
  void onCall(Call call) {
    TaskManagerRegistration registration = call.argument(0, TaskManagerRegistration.class);
    if (registration != null) {
      registration.report().executions().stream()
          .filter(held -> held.state().isTerminal())
          .forEach(held -> endedBefore.add(held.attemptId()));
    }
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    JobMasterSnapshot job = change.now();
    Map<AllocationID, SlotPoolSnapshot.Slot> slots = new LinkedHashMap<>();
    for (SlotPoolSnapshot.Slot slot : job.slotPool().slots()) {
      slots.put(slot.allocationId(), slot);
      require(
          job.taskManagers().contains(slot.slotId().resourceId()),
          "Job {} has {}, but registered are {}",
          job.jobId(),
          slot,
          job.taskManagers());
      require(
          allocations.wasGiven(slot.allocationId(), slot.slotId(), job.jobId()),
          "Job {} has {}, which its TaskExecutor has never given it",
          job.jobId(),
          slot);
    }
    require(
        !job.status().isTerminal() || slots.isEmpty(),
        "Job {} is {}, but has {}",
        job.jobId(),
        job.status(),
        slots.values());
    Places places = new Places(new HashSet<>(), new HashMap<>(), new HashMap<>());
    for (ExecutionSnapshot execution : job.executions()) {
      checkExecution(execution, slots, places);
    }
  }

  private void checkExecution(
      ExecutionSnapshot execution, Map<AllocationID, SlotPoolSnapshot.Slot> slots, Places places) {
    AllocationID allocation = execution.allocationId();
    if (allocation == null) {
      require(
          !isDeployed(execution.state()) || endedBefore.contains(execution.attemptId()),
          "{} has no slot",
          execution);
      return;
    }
    SlotPoolSnapshot.Slot slot = slots.get(allocation);
    require(!execution.state().isTerminal(), "{} keeps its slot", execution);
    require(slot != null && !slot.free(), "{} has {}, of {}", execution, slot, slots.values());
    require(
        places.taken.add(new Place(allocation, execution.attemptId().jobVertexId())),
        "{} shares its slot with another of its vertex",
        execution);
    checkSharing(execution, allocation, places);
  }

  private void checkSharing(ExecutionSnapshot execution, AllocationID allocation, Places places) {
    String group = execution.slotSharing().group();
    String others = places.groups.putIfAbsent(allocation, group);
    require(
        others == null || others.equals(group),
        "{} shares its slot with slot sharing group {}",
        execution,
        others);
    String coLocationGroup = execution.slotSharing().coLocationGroup();
    if (coLocationGroup != null && execution.state() != ExecutionState.CANCELING) {
      CoLocated together = new CoLocated(coLocationGroup, execution.attemptId().subtaskIndex());
      AllocationID place = places.coLocated.putIfAbsent(together, allocation);
      require(
          place == null || place.equals(allocation),
          "{} is not where the others of its co-location group are, in {}",
          execution,
          place);
    }
  }

  private static boolean isDeployed(ExecutionState state) {
    return switch (state) {
      case DEPLOYING, INITIALIZING, RUNNING, CANCELING -> true;
      case CREATED, SCHEDULED, FINISHED, CANCELED, FAILED -> false;
    };
  }
}
