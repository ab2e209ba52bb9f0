package org.stellwerk.runtime.jobmaster.slotpool;

import java.util.List;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.SlotID;

/**
 * A slot pool at one instant; for tests and the simulator.
 *
 * @param required how many slots are declared: the need, and substitutes for slots to be left
 * @param version of that declaration
 * @param requests how many requests wait for slots
 * @param slots what the job has, in the order of acceptance
 */
public record SlotPoolSnapshot(int required, long version, int requests, List<Slot> slots) {

  /**
   * A slot that the job has.
   *
   * @param free whether nobody was given it
   */
  public record Slot(AllocationID allocationId, SlotID slotId, boolean free) {}
}
