package org.stellwerk.runtime.jobmaster.slotpool;

import java.time.Duration;
import java.util.List;
import org.stellwerk.runtime.id.AllocationID;

/**
 * A wish for slots, to be granted as a whole.
 *
 * @param count how many
 * @param preferred these first, if they are free
 * @param timeout how long the request waits
 * @param waitsForMore whether it goes on waiting when the cluster has too few slots: a TaskManager
 *     that was lost may come back
 */
public record SlotRequest(
    int count, List<AllocationID> preferred, Duration timeout, boolean waitsForMore) {

  public SlotRequest {
    preferred = List.copyOf(preferred);
  }
}
