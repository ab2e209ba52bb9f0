package org.stellwerk.runtime.scheduler;

import org.jspecify.annotations.Nullable;

/**
 * What shares one slot: the subtasks with this index of all vertices in the slot sharing group.
 * Vertices in one co-location group are in one slot sharing group, so that this keeps their
 * promise, too.
 */
record SharedSlot(String group, int subtaskIndex) implements Comparable<SharedSlot> {

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SharedSlot that
        && subtaskIndex == that.subtaskIndex
        && group.equals(that.group);
  }

  @Override
  public int hashCode() {
    return 31 * group.hashCode() + subtaskIndex;
  }

  @Override
  public int compareTo(SharedSlot other) {
    int byGroup = group.compareTo(other.group);
    return byGroup != 0 ? byGroup : Integer.compare(subtaskIndex, other.subtaskIndex);
  }
}
