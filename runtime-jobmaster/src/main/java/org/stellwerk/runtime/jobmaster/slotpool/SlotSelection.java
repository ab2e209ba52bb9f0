package org.stellwerk.runtime.jobmaster.slotpool;

import java.util.List;

/** Chooses among free slots: a pure function of what there is when a request is served. */
@FunctionalInterface
public interface SlotSelection {

  /**
   * Chooses slots.
   *
   * @param free all free slots, at least as many as were asked for; the ones that have been free
   *     for longest come first
   * @return as many different ones as were asked for, in the order in which the requester wants
   *     them
   */
  List<AllocatedSlot> choose(List<AllocatedSlot> free);

  /** The first ones, whatever they are. */
  static SlotSelection first(int count) {
    return free -> free.subList(0, count);
  }
}
