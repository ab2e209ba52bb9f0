package org.stellwerk.runtime.id;

/** Names a slot: the TaskExecutor and the slot's index there, counted from 0. */
public record SlotID(ResourceID resourceId, int slotNumber) implements Comparable<SlotID> {

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
