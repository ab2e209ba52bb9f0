package org.stellwerk.runtime.jobmaster.slotpool;

import java.time.Duration;

/**
 * A wish for slots, to be granted as a whole.
 *
 * @param count how many
 * @param selection which of the free slots, once there are so many
 * @param timeout how long the request waits
 * @param waitsForMore whether it goes on waiting when the cluster has too few slots: a TaskManager
 *     that was lost may come back
 */
public record SlotRequest(
    int count, SlotSelection selection, Duration timeout, boolean waitsForMore) {

  public SlotRequest {
    if (count < 1) {
      throw new IllegalArgumentException("A request for " + count + " slots");
    }
  }
}
