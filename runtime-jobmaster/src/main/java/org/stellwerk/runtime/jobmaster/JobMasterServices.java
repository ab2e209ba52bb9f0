package org.stellwerk.runtime.jobmaster;

import org.stellwerk.runtime.RuntimeServices;

/**
 * What a JobMaster is given.
 *
 * @param resourceManagerAddress of the same leader session
 * @param blobServerAddress the base URL under which TaskExecutors fetch jars
 * @param listener hears how the job ended
 * @param initializationTimestamp when the job became INITIALIZING, in milliseconds since the epoch
 */
public record JobMasterServices(
    RuntimeServices runtime,
    String resourceManagerAddress,
    String blobServerAddress,
    JobMasterListener listener,
    long initializationTimestamp) {}
