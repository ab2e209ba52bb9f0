package org.stellwerk.client;

import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;

/** Hears what happens to a job while a program submits it and waits for it, on that thread. */
public interface JobObserver {

  /** An observer that does nothing. */
  JobObserver NONE = new JobObserver() {};

  /** The cluster has accepted the job. */
  default void onSubmitted(JobID jobId, String jobName) {}

  /** Whether {@link #onProgress} is of use; asking the cluster for it costs a request each time. */
  default boolean wantsProgress() {
    return false;
  }

  /** How far the job is, a few times a second at most. */
  default void onProgress(JobDetails details) {}

  /** The cluster does not answer; asking goes on. Told once per outage, also while submitting. */
  default void onOutage(JobID jobId, ClusterException reason) {}

  /** The job is over. */
  default void onEnded(JobResult result) {}
}
