package org.stellwerk.runtime.messages;

import java.util.List;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;

/** The answer to a registration. */
public sealed interface RegistrationResponse {

  /** The TaskExecutor is registered at the ResourceManager. */
  record TaskExecutorSuccess(InstanceID registrationId, ResourceID resourceManagerResourceId)
      implements RegistrationResponse {}

  /** The JobMaster is registered at the ResourceManager. */
  record JobMasterSuccess(ResourceManagerId resourceManagerId, ResourceID resourceManagerResourceId)
      implements RegistrationResponse {}

  /**
   * The TaskExecutor is registered at the JobMaster.
   *
   * @param slots of those that it reported, the ones that the job keeps; the others are to be freed
   * @param attempts of those that it reported, the ones that the job goes on with; the others are
   *     to be cancelled, and forgotten if they have ended
   * @param accepted of those that it offered along, the slots that the job takes
   */
  record JobMasterTaskExecutorSuccess(
      ResourceID jobMasterResourceId,
      List<AllocationID> slots,
      List<ExecutionAttemptID> attempts,
      List<SlotOffer> accepted)
      implements RegistrationResponse {
    public JobMasterTaskExecutorSuccess {
      slots = List.copyOf(slots);
      attempts = List.copyOf(attempts);
      accepted = List.copyOf(accepted);
    }
  }

  /** Not now: try again later. */
  record Failure(String reason) implements RegistrationResponse {}

  /** Never: do not try again at this leader. */
  record Rejection(String reason) implements RegistrationResponse {}
}
