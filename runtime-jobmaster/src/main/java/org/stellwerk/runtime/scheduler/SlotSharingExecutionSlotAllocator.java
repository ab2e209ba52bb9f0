package org.stellwerk.runtime.scheduler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.slotpool.AllocatedSlot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolGateway;
import org.stellwerk.runtime.jobmaster.slotpool.SlotRequest;
import org.stellwerk.util.ExceptionUtils;

/**
 * Gives subtasks their slots: subtask i of every vertex of a slot sharing group shares one ({@link
 * SharedSlot}). A subtask whose slot is used by another one gets a share of it; the others get
 * slots from the pool, as {@link SlotPlacement} chooses. Counts how many slots are needed by the
 * subtasks that it was asked for, until it hears that they do not need them any more. In the
 * JobMaster's main thread; soft state.
 *
 * <p>A shared slot is asked for once at a time: who needs it meanwhile comes after the one who has
 * asked, or takes its place if that one does not wait any more.
 */
final class SlotSharingExecutionSlotAllocator {

  /** What became of a request. */
  interface Answer {

    /**
     * All subtasks have slots. Those that nobody has a share of must be used at once, or given back
     * with {@link #returnUnused}.
     */
    void granted(Map<ExecutionVertexID, AllocatedSlot> slots);

    /** There will be no slots. */
    void refused(Throwable reason);

    /** Whether anybody who has asked still waits. */
    boolean isAwaited();
  }

  /** Who asked for what, to be answered as a whole. */
  private record Wanted(
      Collection<ExecutionVertexID> subtasks,
      Set<SharedSlot> shared,
      boolean waitsForMore,
      Answer answer) {}

  /** A request without an answer; told apart by identity, as its list changes. */
  private static final class Bulk {
    private final Set<SharedSlot> missing;
    private final Answer answer;
    private final CompletableFuture<List<AllocatedSlot>> asked;
    private final List<Runnable> afterwards = new ArrayList<>();

    Bulk(Set<SharedSlot> missing, Answer answer, CompletableFuture<List<AllocatedSlot>> asked) {
      this.missing = missing;
      this.answer = answer;
      this.asked = asked;
    }

    boolean isFor(Set<SharedSlot> wanted) {
      return missing.stream().anyMatch(wanted::contains);
    }
  }

  private final SlotPoolGateway slotPool;
  private final IntConsumer onNeed;
  private final Duration timeout;
  private final Map<JobVertexID, String> groups = new LinkedHashMap<>();
  private final SlotNeed need = new SlotNeed();

  /** The slot that each was last given; it may be gone, or another's meanwhile. */
  private final Map<SharedSlot, AllocatedSlot> slots = new LinkedHashMap<>();

  private final Map<AllocationID, SharedSlot> owners = new LinkedHashMap<>();
  private final Set<Bulk> outstanding = new LinkedHashSet<>();

  /**
   * An allocator for one job.
   *
   * @param onNeed is told how many slots are needed, whenever that may have changed
   */
  SlotSharingExecutionSlotAllocator(
      JobGraph jobGraph, SlotPoolGateway slotPool, IntConsumer onNeed, Duration timeout) {
    this.slotPool = slotPool;
    this.onNeed = onNeed;
    this.timeout = timeout;
    jobGraph.vertices().forEach(vertex -> groups.put(vertex.id(), vertex.slotSharing().group()));
  }

  private SharedSlot sharedBy(ExecutionVertexID subtask) {
    String group = groups.get(subtask.jobVertexId());
    if (group == null) {
      throw new IllegalArgumentException("Subtask " + subtask + " is none of the job");
    }
    return new SharedSlot(group, subtask.subtaskIndex());
  }

  /**
   * Asks for slots, all or none. From now on the job needs them.
   *
   * @param waitsForMore whether to go on waiting while the cluster has too few slots
   * @return completed once the answer was given; exceptionally if giving it failed
   */
  CompletableFuture<Void> allocate(
      Collection<ExecutionVertexID> subtasks, boolean waitsForMore, Answer answer) {
    Set<SharedSlot> shared = new TreeSet<>();
    for (ExecutionVertexID subtask : subtasks) {
      SharedSlot slot = sharedBy(subtask);
      shared.add(slot);
      need.add(slot, subtask.jobVertexId());
    }
    declareNeed();
    return allocate(new Wanted(subtasks, shared, waitsForMore, answer));
  }

  /** The subtask will not be started again; if nobody else needs its slot, the job does not. */
  void noLongerNeeds(ExecutionVertexID subtask) {
    need.remove(sharedBy(subtask), subtask.jobVertexId());
    declareNeed();
  }

  /**
   * The subtask runs in the slot already; the job needs it, though nobody is told so before {@link
   * #declareNeed}.
   *
   * @return false if the slot is shared by others, or those that it shares its slot with have
   *     another one
   */
  boolean adopt(ExecutionVertexID subtask, AllocatedSlot slot) {
    SharedSlot shared = sharedBy(subtask);
    SharedSlot owner = owners.get(slot.getAllocationId());
    if (owner == null ? isInUse(shared) : !owner.equals(shared) || slots.get(shared) != slot) {
      return false;
    }
    need.add(shared, subtask.jobVertexId());
    give(shared, slot);
    return true;
  }

  /** Tells how many slots are needed by now. */
  void declareNeed() {
    onNeed.accept(need.size());
  }

  private CompletableFuture<Void> allocate(Wanted wanted) {
    if (!wanted.answer.isAwaited()) {
      return FutureUtils.completedVoidFuture();
    }
    withdrawUnawaited(wanted.shared);
    for (Bulk bulk : outstanding) {
      if (bulk.isFor(wanted.shared)) {
        CompletableFuture<Void> later = new CompletableFuture<>();
        bulk.afterwards.add(() -> FutureUtils.forward(allocate(wanted), later));
        return later;
      }
    }
    Set<SharedSlot> missing = new TreeSet<>();
    for (SharedSlot each : wanted.shared) {
      if (!isInUse(each)) {
        missing.add(each);
      }
    }
    if (missing.isEmpty()) {
      wanted.answer.granted(slotsOf(wanted.subtasks));
      return FutureUtils.completedVoidFuture();
    }
    return request(missing, wanted);
  }

  /** Else those who come now would be refused when the time of those before them is over. */
  private void withdrawUnawaited(Set<SharedSlot> shared) {
    outstanding.stream()
        .filter(bulk -> bulk.isFor(shared) && !bulk.answer.isAwaited())
        .toList()
        .forEach(bulk -> bulk.asked.cancel(false));
  }

  private CompletableFuture<Void> request(Set<SharedSlot> missing, Wanted wanted) {
    CompletableFuture<List<AllocatedSlot>> asked =
        slotPool.requestSlots(
            new SlotRequest(
                missing.size(), free -> choose(missing, free), timeout, wanted.waitsForMore));
    Bulk bulk = new Bulk(missing, wanted.answer, asked);
    outstanding.add(bulk);
    return asked
        .handle(
            (given, failure) -> {
              outstanding.remove(bulk);
              CompletableFuture<Void> answered = onAnswer(missing, wanted, given, failure);
              bulk.afterwards.forEach(Runnable::run);
              return answered;
            })
        .thenCompose(answered -> answered);
  }

  private CompletableFuture<Void> onAnswer(
      Set<SharedSlot> missing,
      Wanted wanted,
      @Nullable List<AllocatedSlot> given,
      @Nullable Throwable failure) {
    if (given == null) {
      wanted.answer.refused(
          failure == null
              ? new IllegalStateException("No slots and no reason")
              : ExceptionUtils.stripCompletionException(failure));
      return FutureUtils.completedVoidFuture();
    }
    int next = 0;
    for (SharedSlot each : missing) {
      give(each, given.get(next));
      next++;
    }
    // What was in use when the request was made may have been lost, or returned, since.
    if (wanted.shared.stream().allMatch(each -> missing.contains(each) || isInUse(each))) {
      wanted.answer.granted(slotsOf(wanted.subtasks));
      return FutureUtils.completedVoidFuture();
    }
    given.forEach(slotPool::returnUnused);
    return allocate(wanted);
  }

  private boolean isInUse(SharedSlot shared) {
    AllocatedSlot slot = slots.get(shared);
    return slot != null
        && slot.isAlive()
        && slot.isUsed()
        && !slotPool.isDraining(slot.getSlotId().resourceId())
        && shared.equals(owners.get(slot.getAllocationId()));
  }

  private void give(SharedSlot shared, AllocatedSlot slot) {
    AllocatedSlot before = slots.put(shared, slot);
    if (before != null) {
      owners.remove(before.getAllocationId(), shared);
    }
    owners.put(slot.getAllocationId(), shared);
  }

  private Map<ExecutionVertexID, AllocatedSlot> slotsOf(Collection<ExecutionVertexID> subtasks) {
    Map<ExecutionVertexID, AllocatedSlot> result = new LinkedHashMap<>();
    for (ExecutionVertexID subtask : subtasks) {
      AllocatedSlot slot = slots.get(sharedBy(subtask));
      if (slot == null) {
        throw new IllegalStateException("Subtask " + subtask + " has no slot");
      }
      result.put(subtask, slot);
    }
    return result;
  }

  private List<AllocatedSlot> choose(Set<SharedSlot> missing, List<AllocatedSlot> free) {
    List<SlotPlacement.Wish> wishes = new ArrayList<>(missing.size());
    missing.forEach(each -> wishes.add(new SlotPlacement.Wish(each.group(), slots.get(each))));
    List<SlotPlacement.Wish> held = new ArrayList<>();
    slots.forEach(
        (shared, slot) -> {
          if (isInUse(shared)) {
            held.add(new SlotPlacement.Wish(shared.group(), slot));
          }
        });
    return SlotPlacement.choose(wishes, held, withoutOthers(missing, free));
  }

  /** Without the former slots of those that will want them back, if there are enough others. */
  private List<AllocatedSlot> withoutOthers(Set<SharedSlot> missing, List<AllocatedSlot> free) {
    List<AllocatedSlot> usable = new ArrayList<>(free.size());
    List<AllocatedSlot> wantedBack = new ArrayList<>();
    for (AllocatedSlot slot : free) {
      SharedSlot owner = owners.get(slot.getAllocationId());
      boolean others = owner != null && !missing.contains(owner) && need.contains(owner);
      (others ? wantedBack : usable).add(slot);
    }
    int lacking = Math.max(0, missing.size() - usable.size());
    usable.addAll(wantedBack.subList(0, lacking));
    return usable;
  }

  /** Gives back those of the slots of which nobody has a share. */
  void returnUnused(Map<ExecutionVertexID, AllocatedSlot> given) {
    given.values().stream().filter(AllocatedSlot::isAlive).forEach(slotPool::returnUnused);
  }
}
