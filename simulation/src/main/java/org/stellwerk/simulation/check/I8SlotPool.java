package org.stellwerk.simulation.check;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot;
import org.stellwerk.runtime.messages.ExecutionState;

/**
 * I8, the JobMaster's slots: each belongs to a registered TaskExecutor, which has given it to this
 * job; every deployed attempt has a slot of the pool, at most one of each vertex in a slot; nobody
 * keeps a slot beyond its end.
 */
final class I8SlotPool extends Invariant {

  private record Place(AllocationID allocationId, JobVertexID vertexId) {}

  private final Allocations allocations;

  I8SlotPool(Consumer<InvariantViolation> violations, Allocations allocations) {
    super("I8", violations);
    this.allocations = allocations;
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
    Set<Place> taken = new HashSet<>();
    for (ExecutionSnapshot execution : job.executions()) {
      checkExecution(execution, slots, taken);
    }
  }

  private void checkExecution(
      ExecutionSnapshot execution,
      Map<AllocationID, SlotPoolSnapshot.Slot> slots,
      Set<Place> taken) {
    AllocationID allocation = execution.allocationId();
    if (allocation == null) {
      require(!isDeployed(execution.state()), "{} has no slot", execution);
      return;
    }
    SlotPoolSnapshot.Slot slot = slots.get(allocation);
    require(!execution.state().isTerminal(), "{} keeps its slot", execution);
    require(slot != null && !slot.free(), "{} has {}, of {}", execution, slot, slots.values());
    require(
        taken.add(new Place(allocation, execution.attemptId().jobVertexId())),
        "{} shares its slot with another of its vertex",
        execution);
  }

  private static boolean isDeployed(ExecutionState state) {
    return switch (state) {
      case DEPLOYING, INITIALIZING, RUNNING, CANCELING -> true;
      case CREATED, SCHEDULED, FINISHED, CANCELED, FAILED -> false;
    };
  }
}
