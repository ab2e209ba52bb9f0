package org.stellwerk.runtime.messages;

import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;

/**
 * How a TaskExecutor introduces itself to a JobMaster.
 *
 * @param registrationId of this connection: a repetition has the same, a later connection another
 * @param address of the TaskExecutor's endpoint
 * @param report what it has of the job already; the same in a repetition
 */
public record TaskManagerRegistration(
    JobID jobId,
    InstanceID registrationId,
    String address,
    TaskManagerLocation location,
    JobReport report) {}
