package org.stellwerk.runtime.scheduler;

import java.util.Comparator;

/**
 * What shares one slot: the subtasks with this index of all vertices in the slot sharing group.
 * Vertices in one co-location group are in one slot sharing group, so that this keeps their
 * promise, too.
 */
record SharedSlot(String group, int subtaskIndex) implements Comparable<SharedSlot> {

  private static final Comparator<SharedSlot> ORDER =
      Comparator.comparing(SharedSlot::group).thenComparingInt(SharedSlot::subtaskIndex);

  @Override
  public int compareTo(SharedSlot other) {
    return ORDER.compare(this, other);
  }
}
