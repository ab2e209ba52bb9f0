package org.stellwerk.runtime.id;

import org.jspecify.annotations.Nullable;

/** Names a slot: the TaskExecutor and the slot's index there, counted from 0. */
public record SlotID(ResourceID resourceId, int slotNumber) implements Comparable<SlotID> {

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SlotID that
        && slotNumber == that.slotNumber
        && resourceId.equals(that.resourceId);
  }

  @Override
  public int hashCode() {
    return 31 * resourceId.hashCode() + slotNumber;
  }

  @Override
  public int compareTo(SlotID other) {
    int byResource = resourceId.compareTo(other.resourceId);
    return byResource != 0 ? byResource : Integer.compare(slotNumber, other.slotNumber);
  }

  @Override
  public String toString() {
    return resourceId + "_" + slotNumber;
  }
}
