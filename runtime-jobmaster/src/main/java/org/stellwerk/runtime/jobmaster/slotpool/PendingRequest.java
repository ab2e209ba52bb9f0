package org.stellwerk.runtime.jobmaster.slotpool;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

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

  void cancelTimer() {
    ScheduledFuture<?> armed = timer;
    timer = null;
    if (armed != null) {
      armed.cancel(false);
    }
  }
}
