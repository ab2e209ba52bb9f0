package org.stellwerk.runtime.jobmaster.slotpool;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/**
 * One task's share of an {@link AllocatedSlot}: subtasks of several vertices have one each in the
 * same slot. Takes one payload in its life.
 *
 * <p>States: alive → released, when its slot is lost or given up; alive or released → returned,
 * once, when its payload has ended. In the JobMaster's main thread; soft state.
 */
public final class LogicalSlot {

  /** Who occupies the slot. */
  public interface Payload {

    /** The slot is gone; the payload must end at once. */
    void fail(Throwable cause);
  }

  private final AllocatedSlot slot;
  private @Nullable Payload payload;
  private boolean alive = true;
  private boolean returned;

  LogicalSlot(AllocatedSlot slot) {
    this.slot = slot;
  }

  /** The allocation of the slot that this is a share of. */
  public AllocationID getAllocationId() {
    return slot.getAllocationId();
  }

  /** Where the slot is. */
  public TaskManagerLocation getTaskManagerLocation() {
    return slot.getTaskManagerLocation();
  }

  /** The TaskExecutor of the slot. */
  public TaskManagerGateway getTaskManagerGateway() {
    return slot.getTaskManagerGateway();
  }

  /** Whether a payload may use it: it was neither released nor returned. */
  public boolean isAlive() {
    return alive && !returned && slot.isAlive();
  }

  /**
   * Occupies the slot.
   *
   * @return false if it has a payload, or is not alive
   */
  public boolean tryAssignPayload(Payload newPayload) {
    if (payload != null || !isAlive()) {
      return false;
    }
    payload = newPayload;
    return true;
  }

  /** The occupant, if there is or was one. */
  public @Nullable Payload getPayload() {
    return payload;
  }

  /** The payload has ended; repeated calls change nothing. */
  public void returnSlot() {
    if (!returned) {
      returned = true;
      slot.onReturned(this);
    }
  }

  /** Takes the slot away: fails the payload, which then returns the slot. */
  void release(Throwable cause) {
    if (!alive || returned) {
      return;
    }
    alive = false;
    if (payload == null) {
      returnSlot();
    } else {
      payload.fail(cause);
    }
  }
}
