package org.stellwerk.runtime.jobmaster.slotpool;

import org.stellwerk.runtime.executiongraph.TestGraphs;

/** Slots without a pool. */
public final class TestingSlots {

  private TestingSlots() {}

  /** A slot of the TaskManager with that number. */
  public static AllocatedSlot slot(int number, int taskManager, TaskManagerGateway gateway) {
    return new AllocatedSlot(
        TestGraphs.allocation(number),
        TestGraphs.location(taskManager),
        number,
        gateway,
        unused -> {});
  }

  /** The slot is lost. */
  public static void lose(AllocatedSlot slot, Throwable cause) {
    slot.markDead();
    slot.release(cause);
  }
}
