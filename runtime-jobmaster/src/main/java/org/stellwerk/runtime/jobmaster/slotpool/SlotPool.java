package org.stellwerk.runtime.jobmaster.slotpool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.messages.exceptions.NoResourceAvailableException;
import org.stellwerk.time.Clock;

/**
 * The slots of one job. Declares the need as a whole (FLIP-138), takes what is offered up to that
 * need, and gives slots to those who wait for them, in the order of their requests and each request
 * as a whole. Component of the JobMaster, in its main thread; soft state, rebuilt from offers.
 *
 * <p>A slot is <em>free</em> or <em>reserved</em>: given to a request; when the last share of a
 * reserved slot is returned, it is free again. Of more slots than declared, which there are after
 * the need has shrunk, the free ones are given back when they were free for the idle timeout, so
 * that a need that grows again soon finds them. Invariants: every slot belongs to a registered
 * TaskExecutor; a request waits only while there are too few free slots; the idle timer is armed
 * exactly while there are free slots beyond the need.
 */
public final class SlotPool implements SlotPoolGateway {

  private static final Logger LOG = LoggerFactory.getLogger(SlotPool.class);

  private final Declaration declaration;
  private final ComponentMainThreadExecutor mainThread;
  private final SlotPoolConfig config;
  private final Clock clock;
  private final PoolSlots slots = new PoolSlots();
  private final FreeSlots free = new FreeSlots();
  private final Set<PendingRequest> requests = new LinkedHashSet<>();
  private final Set<ResourceID> draining = new LinkedHashSet<>();
  private int required;
  private @Nullable ScheduledFuture<?> idleTimer;
  private boolean suspended;
  private boolean closed;

  /**
   * An empty pool that needs nothing.
   *
   * @param listener hears of the need
   */
  public SlotPool(
      ResourceRequirementsListener listener,
      ComponentMainThreadExecutor mainThread,
      SlotPoolConfig config,
      Clock clock) {
    this.declaration = new Declaration(listener);
    this.mainThread = mainThread;
    this.config = config;
    this.clock = clock;
  }

  @Override
  public void declareRequiredResources(int numberOfSlots) {
    mainThread.assertRunningInMainThread();
    if (numberOfSlots < 0) {
      throw new IllegalArgumentException("A job cannot need " + numberOfSlots + " slots");
    }
    if (closed || numberOfSlots == required) {
      return;
    }
    required = numberOfSlots;
    declare();
    watchIdleSlots();
  }

  /** What the job needs, and a substitute for each slot that it is to leave. */
  private void declare() {
    declaration.declare(closed ? 0 : required + slots.size() - stayingSlots());
  }

  @Override
  public int stayingSlots() {
    int leaving = 0;
    for (ResourceID taskManager : draining) {
      leaving += slots.countAt(taskManager);
    }
    return slots.size() - leaving;
  }

  @Override
  public boolean isDraining(ResourceID taskManagerId) {
    return draining.contains(taskManagerId);
  }

  @Override
  public void setDraining(Collection<ResourceID> taskManagerIds) {
    mainThread.assertRunningInMainThread();
    draining.clear();
    draining.addAll(taskManagerIds);
    giveBack(
        free.all().stream().filter(slot -> isDraining(slot.getSlotId().resourceId())).toList(),
        "The TaskManager is being drained");
  }

  /** Arms the idle timer if it is needed, for when the oldest free slot has been so long enough. */
  private void watchIdleSlots() {
    OptionalLong oldest = free.oldest();
    if (stayingSlots() <= required || oldest.isEmpty()) {
      cancelIdleTimer();
    } else if (idleTimer == null) {
      long age = clock.relativeTimeMillis() - oldest.getAsLong();
      idleTimer =
          mainThread.schedule(
              this::freeIdleSlots,
              Math.max(0, config.idleTimeout().toMillis() - age),
              TimeUnit.MILLISECONDS);
    }
  }

  private void cancelIdleTimer() {
    ScheduledFuture<?> armed = idleTimer;
    idleTimer = null;
    if (armed != null) {
      armed.cancel(false);
    }
  }

  private void freeIdleSlots() {
    idleTimer = null;
    long latest = clock.relativeTimeMillis() - config.idleTimeout().toMillis();
    List<AllocatedSlot> idle = free.freeSince(latest, stayingSlots() - required);
    LOG.debug("Slots {} are idle and not needed any more.", idle);
    giveBack(idle, "The job needs the slot no longer");
  }

  @Override
  public int requiredResources() {
    return required;
  }

  @Override
  public CompletableFuture<List<AllocatedSlot>> requestSlots(SlotRequest wish) {
    mainThread.assertRunningInMainThread();
    PendingRequest request = new PendingRequest(wish);
    if (closed) {
      request
          .future()
          .completeExceptionally(
              new NoResourceAvailableException("The job has ended; it gets no slots any more"));
      return request.future();
    }
    requests.add(request);
    request
        .future()
        .whenComplete(
            (given, failure) -> {
              if (request.future().isCancelled()) {
                withdraw(request);
              }
            });
    request.timeOutWith(
        mainThread.schedule(
            () -> onTimeout(request), wish.timeout().toNanos(), TimeUnit.NANOSECONDS));
    serveRequests();
    return request.future();
  }

  private void withdraw(PendingRequest request) {
    requests.remove(request);
    request.cancelTimer();
    watchIdleSlots();
  }

  private void onTimeout(PendingRequest request) {
    if (requests.remove(request)) {
      request.failLate(free.size());
      serveRequests();
    }
  }

  @Override
  public void notifyNotEnoughResourcesAvailable(int acquiredSlots, int totalSlots) {
    mainThread.assertRunningInMainThread();
    for (PendingRequest request : new ArrayList<>(requests)) {
      if (request.wish().waitsForMore() || request.wish().count() <= totalSlots) {
        continue;
      }
      requests.remove(request);
      request.cancelTimer();
      request.failShort(acquiredSlots, totalSlots);
    }
  }

  /**
   * Gives free slots to the requests in their order; one that cannot be served holds up none behind
   * it. Completes futures as its last act.
   */
  private void serveRequests() {
    Map<PendingRequest, List<AllocatedSlot>> served = new LinkedHashMap<>();
    for (Iterator<PendingRequest> waiting = requests.iterator();
        waiting.hasNext() && !free.isEmpty(); ) {
      PendingRequest request = waiting.next();
      if (free.size() >= request.wish().count()) {
        waiting.remove();
        request.cancelTimer();
        served.put(request, takeFree(request.wish()));
      }
    }
    watchIdleSlots();
    served.forEach((request, given) -> request.give(given, this::onUnused));
  }

  private List<AllocatedSlot> takeFree(SlotRequest wish) {
    List<AllocatedSlot> given = List.copyOf(wish.selection().choose(free.all()));
    for (AllocatedSlot slot : given) {
      if (!free.contains(slot.getAllocationId())) {
        throw new IllegalStateException("Chosen twice, or not free: " + slot);
      }
      free.remove(slot.getAllocationId());
    }
    if (given.size() != wish.count()) {
      throw new IllegalStateException("Asked for " + wish.count() + " slots, chose " + given);
    }
    return given;
  }

  @Override
  public void returnUnused(AllocatedSlot slot) {
    mainThread.assertRunningInMainThread();
    if (!slot.isUsed()) {
      onUnused(slot);
    }
  }

  @Override
  public void registerTaskManager(ResourceID taskManagerId) {
    mainThread.assertRunningInMainThread();
    if (!closed) {
      slots.register(taskManagerId);
    }
  }

  @Override
  public boolean releaseTaskManager(ResourceID taskManagerId, Throwable cause) {
    mainThread.assertRunningInMainThread();
    Optional<List<AllocatedSlot>> lost = slots.unregister(taskManagerId);
    lost.ifPresent(all -> remove(all, cause));
    return lost.isPresent();
  }

  @Override
  public List<SlotOffer> offerSlots(
      TaskManagerLocation location, TaskManagerGateway gateway, Collection<SlotOffer> offers) {
    mainThread.assertRunningInMainThread();
    if (!slots.isRegistered(location.resourceId())) {
      LOG.debug("Ignoring slots of {}, which is not registered.", location.resourceId());
      return List.of();
    }
    List<SlotOffer> accepted = new ArrayList<>();
    for (SlotOffer offer : offers) {
      AllocationID id = offer.allocationId();
      AllocatedSlot before = slots.get(id);
      if (before != null) {
        if (before.getSlotId().resourceId().equals(location.resourceId())
            && before.getSlotId().slotNumber() == offer.slotIndex()) {
          accepted.add(offer);
        }
        continue;
      }
      if (stayingSlots() >= required || isDraining(location.resourceId())) {
        LOG.debug("Rejecting slot {} of {}: not needed.", offer, location.resourceId());
        continue;
      }
      free.add(add(location, gateway, offer), clock.relativeTimeMillis());
      accepted.add(offer);
    }
    serveRequests();
    return accepted;
  }

  @Override
  public Optional<AllocatedSlot> adoptSlot(
      TaskManagerLocation location, TaskManagerGateway gateway, SlotOffer held) {
    mainThread.assertRunningInMainThread();
    if (closed
        || !slots.isRegistered(location.resourceId())
        || slots.get(held.allocationId()) != null) {
      return Optional.empty();
    }
    AllocatedSlot slot = add(location, gateway, held);
    declare();
    watchIdleSlots();
    return Optional.of(slot);
  }

  private AllocatedSlot add(
      TaskManagerLocation location, TaskManagerGateway gateway, SlotOffer offer) {
    AllocatedSlot slot =
        new AllocatedSlot(
            offer.allocationId(), location, offer.slotIndex(), gateway, this::onUnused);
    slots.add(slot);
    return slot;
  }

  private void onUnused(AllocatedSlot slot) {
    if (suspended || !slots.contains(slot) || free.contains(slot.getAllocationId())) {
      return;
    }
    if (isDraining(slot.getSlotId().resourceId())) {
      freeSlot(slot.getAllocationId(), "The TaskManager is being drained");
      return;
    }
    free.add(slot, clock.relativeTimeMillis());
    serveRequests();
  }

  @Override
  public boolean failAllocation(
      ResourceID taskManagerId, AllocationID allocationId, Throwable cause) {
    mainThread.assertRunningInMainThread();
    AllocatedSlot slot = slots.get(allocationId);
    if (slot == null || !slot.getTaskManagerLocation().resourceId().equals(taskManagerId)) {
      return false;
    }
    remove(List.of(slot), cause);
    return slots.isRegistered(taskManagerId) && slots.countAt(taskManagerId) == 0;
  }

  @Override
  public void freeSlot(AllocationID allocationId, String reason) {
    mainThread.assertRunningInMainThread();
    AllocatedSlot slot = slots.get(allocationId);
    if (slot != null) {
      giveBack(List.of(slot), reason);
    }
  }

  /** First all are dead, then the payloads hear of it: none of them uses another of the slots. */
  private void remove(Collection<AllocatedSlot> gone, Throwable cause) {
    for (AllocatedSlot slot : gone) {
      slots.remove(slot);
      free.remove(slot.getAllocationId());
      slot.markDead();
    }
    declare();
    watchIdleSlots();
    gone.forEach(slot -> slot.release(cause));
  }

  private void giveBack(Collection<AllocatedSlot> slotsToFree, String reason) {
    remove(slotsToFree, new IllegalStateException("The slot was freed: " + reason));
    for (AllocatedSlot slot : slotsToFree) {
      slot.getTaskManagerGateway()
          .freeSlot(slot.getAllocationId(), reason, config.rpcTimeout())
          .whenComplete(
              (ack, failure) -> {
                if (failure != null) {
                  LOG.debug("{} did not confirm that it is free: {}", slot, failure.toString());
                }
              });
    }
  }

  /**
   * A later leader goes on with the job, and with the slots in which its tasks run: what nobody
   * here uses any more is not given back, nor to others. To be closed in the same turn.
   */
  public void suspend() {
    mainThread.assertRunningInMainThread();
    suspended = true;
  }

  @Override
  public void close(String reason) {
    mainThread.assertRunningInMainThread();
    if (closed) {
      return;
    }
    required = 0;
    closed = true;
    List<PendingRequest> waiting = new ArrayList<>(requests);
    requests.clear();
    giveBack(slots.all(), reason);
    for (PendingRequest request : waiting) {
      request.cancelTimer();
      request
          .future()
          .completeExceptionally(
              new NoResourceAvailableException("The job gets no slots any more: " + reason));
    }
  }

  /** The number of slots that the job has. */
  public int numberOfSlots() {
    return slots.size();
  }

  /** The slots that the job has at the TaskExecutor. */
  public List<AllocationID> allocationsOf(ResourceID taskManagerId) {
    return slots.at(taskManagerId);
  }

  @Override
  public int spareSlots() {
    return requests.isEmpty() ? free.size() : 0;
  }

  /** The number of slots that nobody was given. */
  public int numberOfFreeSlots() {
    return free.size();
  }

  /** The number of requests that wait for slots. */
  public int numberOfRequests() {
    return requests.size();
  }

  /** The pool as it is now, for checks. */
  public SlotPoolSnapshot snapshot() {
    List<SlotPoolSnapshot.Slot> all = new ArrayList<>(slots.size());
    for (AllocatedSlot slot : slots.all()) {
      all.add(
          new SlotPoolSnapshot.Slot(
              slot.getAllocationId(), slot.getSlotId(), free.contains(slot.getAllocationId())));
    }
    return new SlotPoolSnapshot(declaration.slots(), declaration.version(), requests.size(), all);
  }

  /**
   * Checks what must hold between any two calls.
   *
   * @throws IllegalStateException naming what does not
   */
  public void checkInvariants() {
    slots.checkInvariants();
    for (AllocatedSlot slot : free.all()) {
      check(slots.contains(slot), "Free but not in the pool", slot);
      check(!slot.isUsed(), "Free but used", slot);
      check(!isDraining(slot.getSlotId().resourceId()), "Free but to be left", slot);
    }
    boolean idle = stayingSlots() > required && !free.isEmpty();
    check(
        (idleTimer != null) == idle,
        "The idle timer is armed without need, or is not",
        slots.all());
    for (PendingRequest request : requests) {
      check(request.wish().count() > free.size(), "Waits though there are slots", request.wish());
    }
    int need = closed ? 0 : required + slots.size() - stayingSlots();
    check(declaration.slots() == need, "Wrong need declared", declaration.slots());
    check(
        !closed || (slots.size() == 0 && requests.isEmpty()),
        "Not empty after the end",
        slots.all());
  }

  static void check(boolean holds, String broken, Object what) {
    if (!holds) {
      throw new IllegalStateException(broken + ": " + what);
    }
  }
}
