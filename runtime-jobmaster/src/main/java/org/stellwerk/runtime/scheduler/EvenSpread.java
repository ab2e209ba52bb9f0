package org.stellwerk.runtime.scheduler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.slotpool.AllocatedSlot;

/**
 * The order in which slots are given to subtask indices: the TaskExecutors take turns, so that
 * every vertex, whatever its parallelism, is spread over as many of them as there are slots on. A
 * pure function.
 */
final class EvenSpread {

  private EvenSpread() {}

  /** The same slots, ordered by turns of their TaskExecutors, these by id. */
  static List<AllocatedSlot> order(List<AllocatedSlot> slots) {
    Map<ResourceID, Deque<AllocatedSlot>> byTaskManager = new TreeMap<>();
    for (AllocatedSlot slot : slots) {
      byTaskManager
          .computeIfAbsent(slot.getSlotId().resourceId(), ignored -> new ArrayDeque<>())
          .add(slot);
    }
    List<AllocatedSlot> ordered = new ArrayList<>(slots.size());
    List<Deque<AllocatedSlot>> open = new ArrayList<>(byTaskManager.values());
    while (!open.isEmpty()) {
      List<Deque<AllocatedSlot>> notEmpty = new ArrayList<>(open.size());
      for (Deque<AllocatedSlot> queue : open) {
        ordered.add(queue.removeFirst());
        if (!queue.isEmpty()) {
          notEmpty.add(queue);
        }
      }
      open = notEmpty;
    }
    return ordered;
  }
}
