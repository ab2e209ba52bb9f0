package org.stellwerk.runtime.resourcemanager;

import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;

/** One registered JobMaster. */
record JobMasterConnection(
    JobID jobId, JobMasterId jobMasterId, ResourceID resourceId, JobMasterGateway gateway) {

  ResourceManagerSnapshot.JobMaster snapshot() {
    return new ResourceManagerSnapshot.JobMaster(jobId, jobMasterId);
  }
}
