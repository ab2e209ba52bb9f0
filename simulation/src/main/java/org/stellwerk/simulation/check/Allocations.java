package org.stellwerk.simulation.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.SlotID;

/**
 * Which slot each allocation was given, by the TaskExecutors' own books: the truth that
 * ResourceManagers and JobMasters can only hear of. Never forgets: an allocation is used once.
 */
final class Allocations {

  /** A slot that was given to a job. */
  record Given(String process, SlotID slotId, JobID jobId) {}

  private final Map<AllocationID, Given> given = new HashMap<>();
  private final Set<AllocationID> ended = new HashSet<>();

  /** Notes it; returns what the allocation was given before, if anything. */
  @Nullable Given give(AllocationID allocationId, Given slot) {
    return given.putIfAbsent(allocationId, slot);
  }

  /** Its slot is not the allocation's any more. */
  void end(AllocationID allocationId) {
    ended.add(allocationId);
  }

  /** All of the process have ended with it. */
  void endAllOf(String process) {
    given.forEach(
        (allocationId, slot) -> {
          if (slot.process().equals(process)) {
            ended.add(allocationId);
          }
        });
  }

  /** Whether its end was seen. */
  boolean hasEnded(AllocationID allocationId) {
    return ended.contains(allocationId);
  }

  /** Whether a TaskExecutor has given it a slot, and has not taken that back. */
  boolean isHeld(AllocationID allocationId) {
    return given.containsKey(allocationId) && !ended.contains(allocationId);
  }

  /** Whether some TaskExecutor has given the allocation this slot for this job. */
  boolean wasGiven(AllocationID allocationId, SlotID slotId, JobID jobId) {
    Given slot = given.get(allocationId);
    return slot != null && slot.slotId().equals(slotId) && slot.jobId().equals(jobId);
  }
}
