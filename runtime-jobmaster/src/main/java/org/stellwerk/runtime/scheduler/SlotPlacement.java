package org.stellwerk.runtime.scheduler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.slotpool.AllocatedSlot;

/**
 * Chooses slots: for each wish its former slot, else one on the same TaskManager, else any, so that
 * each slot sharing group is spread evenly. Depends on its arguments only.
 *
 * <p>If the TaskManagers offer equally many slots, give or take one, each group has equally many on
 * each, give or take one; and so has each vertex, as its subtasks are the first ones of its group.
 */
final class SlotPlacement {

  /**
   * Somebody who needs a slot.
   *
   * @param former the slot that it had; null if it had none
   */
  record Wish(String group, @Nullable AllocatedSlot former) {}

  private final List<Wish> wishes;
  private final Map<AllocationID, AllocatedSlot> open = new LinkedHashMap<>();
  private final Map<ResourceID, TaskManager> taskManagers = new LinkedHashMap<>();
  private final List<@Nullable AllocatedSlot> chosen;

  private SlotPlacement(List<Wish> wishes, Collection<AllocatedSlot> free) {
    this.wishes = wishes;
    this.chosen = new ArrayList<>(wishes.size());
    wishes.forEach(ignored -> chosen.add(null));
    free.forEach(slot -> open.put(slot.getAllocationId(), slot));
  }

  /**
   * Chooses a slot for each wish.
   *
   * @param wishes those of one group in a row
   * @param held the slots that groups have already
   * @param free at least as many as there are wishes
   * @return as many, in the order of the wishes
   */
  static List<AllocatedSlot> choose(
      List<Wish> wishes, List<Wish> held, Collection<AllocatedSlot> free) {
    SlotPlacement placement = new SlotPlacement(wishes, free);
    placement.giveFormerSlots();
    placement.sortByTaskManager(held);
    placement.stayOnTaskManager();
    placement.spread();
    return placement.chosen.stream().map(Objects::requireNonNull).toList();
  }

  private void giveFormerSlots() {
    for (int i = 0; i < wishes.size(); i++) {
      AllocatedSlot former = wishes.get(i).former();
      if (former != null) {
        chosen.set(i, open.remove(former.getAllocationId()));
      }
    }
  }

  private void sortByTaskManager(List<Wish> held) {
    for (AllocatedSlot slot : open.values()) {
      taskManagers.computeIfAbsent(slot.getSlotId().resourceId(), TaskManager::new).free.add(slot);
    }
    for (Wish each : held) {
      count(each.group(), each.former());
    }
    for (int i = 0; i < wishes.size(); i++) {
      count(wishes.get(i).group(), chosen.get(i));
    }
  }

  private void count(String group, @Nullable AllocatedSlot slot) {
    TaskManager there = slot == null ? null : taskManagers.get(slot.getSlotId().resourceId());
    if (there != null) {
      there.slotsOfGroup.merge(group, 1, Integer::sum);
    }
  }

  private void stayOnTaskManager() {
    for (int i = 0; i < wishes.size(); i++) {
      AllocatedSlot former = wishes.get(i).former();
      if (chosen.get(i) == null && former != null) {
        TaskManager same = taskManagers.get(former.getSlotId().resourceId());
        if (same != null && !same.free.isEmpty()) {
          chosen.set(i, same.take(wishes.get(i).group()));
        }
      }
    }
  }

  private void spread() {
    String group = null;
    PriorityQueue<TaskManager> queue = new PriorityQueue<>();
    for (int i = 0; i < wishes.size(); i++) {
      if (chosen.get(i) != null) {
        continue;
      }
      if (!wishes.get(i).group().equals(group)) {
        group = wishes.get(i).group();
        queue = bestFirst(group);
      }
      TaskManager best = queue.poll();
      if (best == null) {
        throw new IllegalStateException(wishes.size() + " slots wanted, but there are fewer");
      }
      chosen.set(i, best.take(group));
      if (!best.free.isEmpty()) {
        queue.add(best);
      }
    }
  }

  private PriorityQueue<TaskManager> bestFirst(String group) {
    PriorityQueue<TaskManager> queue =
        new PriorityQueue<>(
            Comparator.comparingInt((TaskManager each) -> each.has(group))
                .thenComparingInt(each -> -each.free.size())
                .thenComparing(each -> each.id));
    taskManagers.values().stream().filter(each -> !each.free.isEmpty()).forEach(queue::add);
    return queue;
  }

  private static final class TaskManager {

    private final ResourceID id;
    private final Deque<AllocatedSlot> free = new ArrayDeque<>();
    private final Map<String, Integer> slotsOfGroup = new LinkedHashMap<>();

    TaskManager(ResourceID id) {
      this.id = id;
    }

    int has(String group) {
      return slotsOfGroup.getOrDefault(group, 0);
    }

    AllocatedSlot take(String group) {
      slotsOfGroup.merge(group, 1, Integer::sum);
      return free.removeFirst();
    }
  }
}
