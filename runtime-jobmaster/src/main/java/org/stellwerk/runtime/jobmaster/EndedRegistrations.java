package org.stellwerk.runtime.jobmaster;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.TaskManagerRegistration;

/**
 * Which registrations a job's JobMaster cannot accept. A TaskExecutor repeats one until it is
 * answered, and the slots that it offers with it may be in use from the first time on. So what has
 * ended here does not begin again by a repetition: whoever repeats it gives up what it has of the
 * job, and comes with another one. Remembers the latest. Component of the JobMaster, in its main
 * thread.
 */
final class EndedRegistrations {

  private static final int REMEMBERED = 1000;

  private final JobID jobId;
  private final Set<InstanceID> ended = new LinkedHashSet<>();

  EndedRegistrations(JobID jobId) {
    this.jobId = jobId;
  }

  /** The TaskExecutor that has registered so is not registered any more. */
  void add(InstanceID registrationId) {
    ended.add(registrationId);
    if (ended.size() > REMEMBERED) {
      ended.remove(ended.iterator().next());
    }
  }

  /** Why a registration is refused; empty if it may be accepted. */
  Optional<RegistrationResponse> refusal(TaskManagerRegistration registration) {
    if (!registration.jobId().equals(jobId)) {
      return Optional.of(
          new RegistrationResponse.Rejection(
              "This is the JobMaster of job " + jobId + ", not of " + registration.jobId()));
    }
    return ended.contains(registration.registrationId())
        ? Optional.of(
            new RegistrationResponse.Rejection(
                "Registration "
                    + registration.registrationId()
                    + " of job "
                    + jobId
                    + " has ended"))
        : Optional.empty();
  }
}
