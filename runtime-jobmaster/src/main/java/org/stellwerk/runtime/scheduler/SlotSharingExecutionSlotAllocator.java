package org.stellwerk.runtime.scheduler;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.slotpool.AllocatedSlot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolGateway;
import org.stellwerk.runtime.jobmaster.slotpool.SlotRequest;
import org.stellwerk.util.ExceptionUtils;

/**
 * Gives subtasks their slots: subtask i of every vertex shares slot i. A subtask whose slot is used
 * by another one gets a share of it; the others get slots from the pool, after a restart their
 * former ones if these are free, else such on the same TaskManager. What is left is spread evenly.
 * In the JobMaster's main thread; soft state.
 *
 * <p>A subtask index is asked for once at a time: who needs it meanwhile comes after the one who
 * has asked.
 */
final class SlotSharingExecutionSlotAllocator {

  /** What became of a request. */
  interface Answer {

    /**
     * All slots are there. Those that nobody has a share of must be used at once, or given back
     * with {@link #returnUnused}.
     */
    void granted(Map<Integer, AllocatedSlot> slots);

    /** There will be no slots. */
    void refused(Throwable reason);
  }

  private record Bulk(Set<Integer> indices, List<Runnable> afterwards) {}

  private final SlotPoolGateway slotPool;
  private final Duration timeout;

  /** The slot that each index was last given; it may be gone, or another's meanwhile. */
  private final Map<Integer, AllocatedSlot> slots = new LinkedHashMap<>();

  private final Map<AllocationID, Integer> owners = new LinkedHashMap<>();
  private final Set<Bulk> outstanding = new LinkedHashSet<>();

  SlotSharingExecutionSlotAllocator(SlotPoolGateway slotPool, Duration timeout) {
    this.slotPool = slotPool;
    this.timeout = timeout;
  }

  /**
   * Asks for slots, all or none.
   *
   * @param indices subtask indices
   * @param waitsForMore whether to go on waiting while the cluster has too few slots
   * @return completed once the answer was given; exceptionally if giving it failed
   */
  CompletableFuture<Void> allocate(Set<Integer> indices, boolean waitsForMore, Answer answer) {
    for (Bulk bulk : outstanding) {
      if (bulk.indices.stream().anyMatch(indices::contains)) {
        CompletableFuture<Void> later = new CompletableFuture<>();
        bulk.afterwards.add(
            () ->
                allocate(indices, waitsForMore, answer)
                    .whenComplete(
                        (ignored, failure) -> {
                          if (failure == null) {
                            later.complete(null);
                          } else {
                            later.completeExceptionally(failure);
                          }
                        }));
        return later;
      }
    }
    Set<Integer> missing = new TreeSet<>();
    for (Integer index : indices) {
      if (!isInUse(index)) {
        missing.add(index);
      }
    }
    if (missing.isEmpty()) {
      answer.granted(slotsOf(indices));
      return CompletableFuture.completedFuture(null);
    }
    return request(missing, indices, waitsForMore, answer);
  }

  private CompletableFuture<Void> request(
      Set<Integer> missing, Set<Integer> indices, boolean waitsForMore, Answer answer) {
    Bulk bulk = new Bulk(missing, new ArrayList<>());
    outstanding.add(bulk);
    List<AllocationID> preferred =
        missing.stream()
            .map(slots::get)
            .filter(Objects::nonNull)
            .map(AllocatedSlot::getAllocationId)
            .toList();
    return slotPool
        .requestSlots(new SlotRequest(missing.size(), preferred, timeout, waitsForMore))
        .handle(
            (given, failure) -> {
              outstanding.remove(bulk);
              if (failure == null) {
                assign(missing, given);
                answer.granted(slotsOf(indices));
              } else {
                answer.refused(ExceptionUtils.stripCompletionException(failure));
              }
              bulk.afterwards.forEach(Runnable::run);
              return null;
            });
  }

  private boolean isInUse(Integer index) {
    AllocatedSlot slot = slots.get(index);
    return slot != null
        && slot.isAlive()
        && slot.isUsed()
        && index.equals(owners.get(slot.getAllocationId()));
  }

  private void give(Integer index, AllocatedSlot slot) {
    AllocatedSlot before = slots.put(index, slot);
    if (before != null) {
      owners.remove(before.getAllocationId(), index);
    }
    owners.put(slot.getAllocationId(), index);
  }

  private Map<Integer, AllocatedSlot> slotsOf(Set<Integer> indices) {
    Map<Integer, AllocatedSlot> result = new LinkedHashMap<>();
    for (Integer index : indices) {
      AllocatedSlot slot = slots.get(index);
      if (slot == null) {
        throw new IllegalStateException("Subtask index " + index + " has no slot");
      }
      result.put(index, slot);
    }
    return result;
  }

  private void assign(Set<Integer> indices, List<AllocatedSlot> given) {
    Map<AllocationID, AllocatedSlot> left = new LinkedHashMap<>();
    given.forEach(slot -> left.put(slot.getAllocationId(), slot));
    List<Integer> open = new ArrayList<>();
    for (Integer index : indices) {
      AllocatedSlot before = slots.get(index);
      AllocatedSlot same = before == null ? null : left.remove(before.getAllocationId());
      if (same == null) {
        open.add(index);
      } else {
        give(index, same);
      }
    }
    Map<ResourceID, Deque<AllocatedSlot>> byTaskManager = new LinkedHashMap<>();
    for (AllocatedSlot slot : left.values()) {
      byTaskManager
          .computeIfAbsent(slot.getSlotId().resourceId(), ignored -> new ArrayDeque<>())
          .add(slot);
    }
    List<Integer> moved = new ArrayList<>();
    for (Integer index : open) {
      AllocatedSlot before = slots.get(index);
      Deque<AllocatedSlot> near =
          before == null ? null : byTaskManager.get(before.getSlotId().resourceId());
      if (near == null || near.isEmpty()) {
        moved.add(index);
      } else {
        give(index, near.removeFirst());
      }
    }
    List<AllocatedSlot> rest = new ArrayList<>();
    byTaskManager.values().forEach(rest::addAll);
    Deque<AllocatedSlot> spread = new ArrayDeque<>(EvenSpread.order(rest));
    moved.forEach(index -> give(index, spread.removeFirst()));
  }

  /** Gives back those of the slots of which nobody has a share. */
  void returnUnused(Map<Integer, AllocatedSlot> given) {
    given.values().stream().filter(AllocatedSlot::isAlive).forEach(slotPool::returnUnused);
  }
}
