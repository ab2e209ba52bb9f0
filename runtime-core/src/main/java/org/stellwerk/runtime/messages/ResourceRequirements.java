package org.stellwerk.runtime.messages;

import org.stellwerk.runtime.id.JobID;

/**
 * The whole need of a job, declared by its JobMaster to the ResourceManager (FLIP-138): it replaces
 * what was declared before.
 *
 * @param jobMasterAddress where TaskExecutors offer the slots
 * @param version grows with each declaration of a JobMaster; an older one is ignored
 * @param numberOfSlots how many slots the job needs in all; 0 for none
 */
public record ResourceRequirements(
    JobID jobId, String jobMasterAddress, long version, int numberOfSlots) {

  public ResourceRequirements {
    if (numberOfSlots < 0) {
      throw new IllegalArgumentException("A job cannot need " + numberOfSlots + " slots");
    }
  }
}
