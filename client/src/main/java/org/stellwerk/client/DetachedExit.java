package org.stellwerk.client;

import org.stellwerk.runtime.id.JobID;

/**
 * Ends a detached program at the place where it would wait for a job: what follows there counts on
 * the job's result, which a detached program does not stay for. Not an Exception, so that a
 * program's own error handling does not take it for a failure; finally blocks run.
 */
public final class DetachedExit extends Error {

  DetachedExit(JobID jobId) {
    super(
        "The program was started detached and ends where it would wait for job " + jobId,
        null,
        false,
        false);
  }
}
