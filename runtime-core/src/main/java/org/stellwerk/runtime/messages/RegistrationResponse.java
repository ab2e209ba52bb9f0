package org.stellwerk.runtime.messages;

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

  /** The TaskExecutor is registered at the JobMaster. */
  record JobMasterTaskExecutorSuccess(ResourceID jobMasterResourceId)
      implements RegistrationResponse {}

  /** Not now: try again later. */
  record Failure(String reason) implements RegistrationResponse {}

  /** Never: do not try again at this leader. */
  record Rejection(String reason) implements RegistrationResponse {}
}
