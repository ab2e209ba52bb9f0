package org.stellwerk.runtime.messages;

import java.util.List;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;

/**
 * How a TaskExecutor introduces itself to a JobMaster.
 *
 * @param registrationId of this connection: a repetition has the same, a later connection another
 * @param address the direct address of the TaskExecutor's endpoint
 * @param report what it has of the job already; the same in a repetition
 * @param offers slots that it has for the job and offers along; the same in a repetition
 */
public record TaskManagerRegistration(
    JobID jobId,
    InstanceID registrationId,
    String address,
    TaskManagerLocation location,
    JobReport report,
    List<SlotOffer> offers) {

  /** Keeps a copy of the offers. */
  public TaskManagerRegistration {
    offers = List.copyOf(offers);
  }
}
