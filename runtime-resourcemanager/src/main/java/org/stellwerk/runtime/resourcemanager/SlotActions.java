package org.stellwerk.runtime.resourcemanager;

import java.util.List;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.SlotAllocation;

/**
 * What the SlotManager wants to be done. Implementations do not call back into the SlotManager
 * before they return.
 */
interface SlotActions {

  /**
   * Asks a TaskExecutor for slots, and reports the outcome later.
   *
   * @param asking hears either that the request was answered or that it failed
   */
  void requestSlots(SlotRequest request, SlotManager asking);

  /** Tells a job that it cannot have all the slots it declared. */
  void notifyNotEnoughResources(JobID jobId, int acquiredSlots, int totalSlots);

  /**
   * Slots to be asked for, for one job.
   *
   * @param slots one at least, all of the TaskExecutor that has this registration
   */
  record SlotRequest(
      InstanceID registrationId,
      JobID jobId,
      JobMasterAddress jobMaster,
      List<SlotAllocation> slots) {

    public SlotRequest {
      slots = List.copyOf(slots);
      if (slots.isEmpty()) {
        throw new IllegalArgumentException("A request for job " + jobId + " names no slot");
      }
    }
  }
}
