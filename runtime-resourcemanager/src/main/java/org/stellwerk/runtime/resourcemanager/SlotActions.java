package org.stellwerk.runtime.resourcemanager;

import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.SlotID;

/**
 * What the SlotManager wants to be done. Implementations do not call back into the SlotManager
 * before they return.
 */
interface SlotActions {

  /** Asks a TaskExecutor for a slot and reports the outcome to the SlotManager. */
  void requestSlot(SlotRequest request);

  /** Tells a job that it cannot have all the slots it declared. */
  void notifyNotEnoughResources(JobID jobId, int acquiredSlots, int totalSlots);

  /** One slot to be asked for. */
  record SlotRequest(
      InstanceID registrationId,
      SlotID slotId,
      AllocationID allocationId,
      JobID jobId,
      JobMasterAddress jobMaster) {}
}
