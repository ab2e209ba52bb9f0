package org.stellwerk.runtime.messages;

/**
 * One registered TaskManager.
 *
 * @param lastHeartbeatMs wall-clock time of the last heartbeat, in milliseconds since the epoch
 * @param freeHeap bytes, as of the last heartbeat
 */
public record TaskManagerInfo(
    TaskManagerLocation location,
    String rpcAddress,
    HardwareDescription hardware,
    int slotsTotal,
    int slotsFree,
    long lastHeartbeatMs,
    long freeHeap,
    Availability.Mode availability) {

  /** Whether its tasks were to be moved away, and all have been. */
  public boolean isDrained() {
    return availability == Availability.Mode.DRAINING && slotsFree == slotsTotal;
  }
}
