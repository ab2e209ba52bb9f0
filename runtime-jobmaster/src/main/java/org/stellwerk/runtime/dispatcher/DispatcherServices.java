package org.stellwerk.runtime.dispatcher;

import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.blob.BlobStore;
import org.stellwerk.runtime.highavailability.EndedJobStore;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.jobmaster.JobMaster;

/**
 * What a Dispatcher is given.
 *
 * @param resourceManagerAddress of the same leader session
 */
public record DispatcherServices(
    JobStore jobStore,
    JobResultStore jobResultStore,
    EndedJobStore endedJobStore,
    BlobStore blobStore,
    String resourceManagerAddress,
    RuntimeServices runtime,
    JobMasterFactory jobMasterFactory) {

  /** With JobMasters as they are. */
  public static DispatcherServices of(
      HighAvailabilityServices highAvailability,
      BlobStore blobStore,
      String resourceManagerAddress,
      RuntimeServices runtime) {
    return new DispatcherServices(
        highAvailability.jobStore(),
        highAvailability.jobResultStore(),
        highAvailability.endedJobStore(),
        blobStore,
        resourceManagerAddress,
        runtime,
        JobMaster::new);
  }
}
