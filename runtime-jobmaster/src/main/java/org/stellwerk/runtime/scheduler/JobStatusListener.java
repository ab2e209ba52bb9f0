package org.stellwerk.runtime.scheduler;

import org.stellwerk.runtime.messages.JobStatus;

/** Hears of every transition of a job, after it happened, in the JobMaster's main thread. */
@FunctionalInterface
public interface JobStatusListener {

  /** The job is in its new state. */
  void jobStatusChanged(JobStatus newStatus);
}
