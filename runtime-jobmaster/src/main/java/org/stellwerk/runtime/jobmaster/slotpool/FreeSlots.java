package org.stellwerk.runtime.jobmaster.slotpool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.stellwerk.runtime.id.AllocationID;

/**
 * The slots of a pool that nobody was given, in the order in which they became free, and since
 * when; times are milliseconds of a monotonic clock. Owned by the {@link SlotPool}.
 */
final class FreeSlots {

  private record FreeSlot(AllocatedSlot slot, long sinceMs) {}

  private final Map<AllocationID, FreeSlot> slots = new LinkedHashMap<>();

  /** The slot is free from now on; it must not have been. */
  void add(AllocatedSlot slot, long nowMs) {
    if (slots.putIfAbsent(slot.getAllocationId(), new FreeSlot(slot, nowMs)) != null) {
      throw new IllegalStateException("Slot " + slot + " is free already");
    }
  }

  /** The slot is not free any more, whether it was or not. */
  void remove(AllocationID allocationId) {
    slots.remove(allocationId);
  }

  boolean contains(AllocationID allocationId) {
    return slots.containsKey(allocationId);
  }

  boolean isEmpty() {
    return slots.isEmpty();
  }

  int size() {
    return slots.size();
  }

  /** All, the one that has been free for longest first. */
  List<AllocatedSlot> all() {
    List<AllocatedSlot> all = new ArrayList<>(slots.size());
    slots.values().forEach(free -> all.add(free.slot));
    return all;
  }

  /** Since when the one is free that has been for longest. */
  OptionalLong oldest() {
    return slots.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(slots.values().iterator().next().sinceMs);
  }

  /** At most so many of those that have been free since then or longer, the oldest first. */
  List<AllocatedSlot> freeSince(long latestMs, int limit) {
    return slots.values().stream()
        .filter(free -> free.sinceMs <= latestMs)
        .limit(limit)
        .map(FreeSlot::slot)
        .toList();
  }
}
