package org.stellwerk.runtime.messages;

import java.util.List;

/** All slots of a TaskExecutor, ordered by index. */
public record SlotReport(List<SlotStatus> slots) {

  public SlotReport {
    slots = List.copyOf(slots);
  }
}
