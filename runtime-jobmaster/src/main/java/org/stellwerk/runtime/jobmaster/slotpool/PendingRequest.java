package org.stellwerk.runtime.jobmaster.slotpool;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.exceptions.NoResourceAvailableException;

/** Somebody who waits for slots, until the timer fires; told apart by identity. */
final class PendingRequest {

  private final SlotRequest wish;
  private final CompletableFuture<List<AllocatedSlot>> future = new CompletableFuture<>();
  private @Nullable ScheduledFuture<?> timer;

  PendingRequest(SlotRequest wish) {
    this.wish = wish;
  }

  SlotRequest wish() {
    return wish;
  }

  CompletableFuture<List<AllocatedSlot>> future() {
    return future;
  }

  void timeOutWith(ScheduledFuture<?> armed) {
    timer = armed;
  }

  /** Its slots are here; one that was withdrawn meanwhile, by what another got, leaves them. */
  void give(List<AllocatedSlot> slots, Consumer<AllocatedSlot> unused) {
    if (!future.complete(slots)) {
      slots.forEach(unused);
    }
  }

  /** The time is over. */
  void failLate(int freeSlots) {
    future.completeExceptionally(
        new NoResourceAvailableException(
            "Slots were not available in time: asked for "
                + wish.count()
                + ", available were "
                + freeSlots
                + " after "
                + wish.timeout().toMillis()
                + " ms (slot.request.timeout). Add TaskManagers or lower the parallelism"));
  }

  /** The cluster has too few slots. */
  void failShort(int acquiredSlots, int totalSlots) {
    future.completeExceptionally(
        new NoResourceAvailableException(
            "Not enough slots: asked for "
                + wish.count()
                + ", acquired "
                + acquiredSlots
                + ", the cluster has "
                + totalSlots
                + ". Add TaskManagers or lower the parallelism"));
  }

  void cancelTimer() {
    ScheduledFuture<?> armed = timer;
    timer = null;
    if (armed != null) {
      armed.cancel(false);
    }
  }
}
