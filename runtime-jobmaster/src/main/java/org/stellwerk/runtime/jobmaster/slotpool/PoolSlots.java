package org.stellwerk.runtime.jobmaster.slotpool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ResourceID;

/**
 * The slots of a pool by their allocations, and by their TaskExecutors, which have to be registered
 * before. Owned by the {@link SlotPool}.
 */
final class PoolSlots {

  private final Map<ResourceID, Map<AllocationID, AllocatedSlot>> byTaskManager =
      new LinkedHashMap<>();
  private final Map<AllocationID, AllocatedSlot> byAllocation = new LinkedHashMap<>();

  /** From now on the TaskExecutor may have slots; nothing if it may already. */
  void register(ResourceID taskManagerId) {
    byTaskManager.putIfAbsent(taskManagerId, new LinkedHashMap<>());
  }

  boolean isRegistered(ResourceID taskManagerId) {
    return byTaskManager.containsKey(taskManagerId);
  }

  /** The TaskExecutor has no slots any more: those that it had; empty if it is not registered. */
  Optional<List<AllocatedSlot>> unregister(ResourceID taskManagerId) {
    Map<AllocationID, AllocatedSlot> there = byTaskManager.remove(taskManagerId);
    if (there == null) {
      return Optional.empty();
    }
    there.keySet().forEach(byAllocation::remove);
    return Optional.of(List.copyOf(there.values()));
  }

  /** Adds a slot of a registered TaskExecutor. */
  void add(AllocatedSlot slot) {
    Map<AllocationID, AllocatedSlot> there = byTaskManager.get(slot.getSlotId().resourceId());
    if (there == null) {
      throw new IllegalStateException("The TaskExecutor of slot " + slot + " is not registered");
    }
    byAllocation.put(slot.getAllocationId(), slot);
    there.put(slot.getAllocationId(), slot);
  }

  /** Nothing if the slot is not there any more. */
  void remove(AllocatedSlot slot) {
    byAllocation.remove(slot.getAllocationId(), slot);
    Map<AllocationID, AllocatedSlot> there = byTaskManager.get(slot.getSlotId().resourceId());
    if (there != null) {
      there.remove(slot.getAllocationId(), slot);
    }
  }

  @Nullable AllocatedSlot get(AllocationID allocationId) {
    return byAllocation.get(allocationId);
  }

  boolean contains(AllocatedSlot slot) {
    return byAllocation.get(slot.getAllocationId()) == slot;
  }

  int size() {
    return byAllocation.size();
  }

  /** In the order in which they came. */
  List<AllocatedSlot> all() {
    return List.copyOf(byAllocation.values());
  }

  /** Those of one TaskExecutor. */
  List<AllocationID> at(ResourceID taskManagerId) {
    Map<AllocationID, AllocatedSlot> there = byTaskManager.get(taskManagerId);
    return there == null ? List.of() : List.copyOf(there.keySet());
  }

  /** How many are of one TaskExecutor. */
  int countAt(ResourceID taskManagerId) {
    Map<AllocationID, AllocatedSlot> there = byTaskManager.get(taskManagerId);
    return there == null ? 0 : there.size();
  }

  /**
   * Checks that both ways lead to the same slots, all alive.
   *
   * @throws IllegalStateException naming what does not hold
   */
  void checkInvariants() {
    int counted = 0;
    for (Map.Entry<ResourceID, Map<AllocationID, AllocatedSlot>> entry : byTaskManager.entrySet()) {
      for (AllocatedSlot slot : entry.getValue().values()) {
        counted++;
        SlotPool.check(contains(slot), "Not in the pool", slot);
        SlotPool.check(slot.isAlive(), "Dead slot in the pool", slot);
        SlotPool.check(slot.getSlotId().resourceId().equals(entry.getKey()), "Wrong owner", slot);
      }
    }
    SlotPool.check(
        counted == byAllocation.size(), "A slot without a registered TaskExecutor", byAllocation);
  }
}
