package org.stellwerk.runtime.resourcemanager;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.Availability;

/**
 * A ResourceManager at one instant, read from its components without changing them; for tests and
 * the simulator.
 *
 * @param taskExecutors those that are registered, by the ResourceManager's own book
 * @param registrations their slots, by the SlotManager's book
 * @param needs what JobMasters have declared, in the order in which jobs are served
 * @param jobMasters those that are registered
 */
public record ResourceManagerSnapshot(
    ResourceManagerId session,
    List<TaskExecutor> taskExecutors,
    List<Registration> registrations,
    List<Need> needs,
    List<JobMaster> jobMasters) {

  /** A registered TaskExecutor. */
  public record TaskExecutor(
      ResourceID resourceId, InstanceID registrationId, String address, Availability.Mode mode) {}

  /**
   * The slots of one registration.
   *
   * @param free how many are free, as counted along the way
   */
  public record Registration(InstanceID registrationId, int free, List<Slot> slots) {}

  /**
   * A slot.
   *
   * @param allocationId null exactly if the slot is FREE or QUARANTINED
   * @param jobId null exactly if the slot is FREE or QUARANTINED
   * @param usable whether it may be asked for
   */
  public record Slot(
      SlotID slotId,
      ManagedSlotState state,
      @Nullable AllocationID allocationId,
      @Nullable JobID jobId,
      boolean usable) {}

  /**
   * How many slots a job needs.
   *
   * @param version of the declaration that was acted upon
   */
  public record Need(JobID jobId, JobMasterId jobMasterId, long version, int required) {}

  /** A registered JobMaster. */
  public record JobMaster(JobID jobId, JobMasterId jobMasterId) {}
}
