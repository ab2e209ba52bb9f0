package org.stellwerk.runtime.jobmaster.slotpool;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/**
 * A TaskExecutor's slot that was offered to this job and accepted. The tasks of the job's slot
 * sharing group share it: each has a {@link LogicalSlot}; when the last of them is returned, the
 * pool has the slot back. In the JobMaster's main thread; soft state, owned by the {@link
 * SlotPool}.
 */
public final class AllocatedSlot {

  private final AllocationID allocationId;
  private final TaskManagerLocation location;
  private final SlotID slotId;
  private final TaskManagerGateway gateway;
  private final Consumer<AllocatedSlot> whenUnused;
  private final Set<LogicalSlot> logicalSlots = new LinkedHashSet<>();
  private boolean alive = true;

  AllocatedSlot(
      AllocationID allocationId,
      TaskManagerLocation location,
      int slotIndex,
      TaskManagerGateway gateway,
      Consumer<AllocatedSlot> whenUnused) {
    this.allocationId = allocationId;
    this.location = location;
    this.slotId = new SlotID(location.resourceId(), slotIndex);
    this.gateway = gateway;
    this.whenUnused = whenUnused;
  }

  /** The slot's identity. */
  public AllocationID getAllocationId() {
    return allocationId;
  }

  /** Where the slot is. */
  public TaskManagerLocation getTaskManagerLocation() {
    return location;
  }

  /** The TaskExecutor and the slot's index there. */
  public SlotID getSlotId() {
    return slotId;
  }

  /** The TaskExecutor of the slot. */
  public TaskManagerGateway getTaskManagerGateway() {
    return gateway;
  }

  /** Whether the slot still belongs to the job. */
  public boolean isAlive() {
    return alive;
  }

  /** Whether a task has a share of it. */
  public boolean isUsed() {
    return !logicalSlots.isEmpty();
  }

  /** A new share; the slot must be alive. */
  public LogicalSlot allocateLogicalSlot() {
    if (!alive) {
      throw new IllegalStateException("Slot " + this + " does not belong to the job any more");
    }
    LogicalSlot logical = new LogicalSlot(this);
    logicalSlots.add(logical);
    return logical;
  }

  /** From now on nothing uses the slot; the payloads are told by {@link #release}. */
  void markDead() {
    alive = false;
  }

  /** The slot is lost: fails all payloads. */
  void release(Throwable cause) {
    alive = false;
    List<LogicalSlot> shares = new ArrayList<>(logicalSlots);
    for (LogicalSlot share : shares) {
      share.release(cause);
    }
  }

  void onReturned(LogicalSlot share) {
    if (logicalSlots.remove(share) && logicalSlots.isEmpty() && alive) {
      whenUnused.accept(this);
    }
  }

  @Override
  public String toString() {
    return slotId + " (" + allocationId + ")";
  }
}
