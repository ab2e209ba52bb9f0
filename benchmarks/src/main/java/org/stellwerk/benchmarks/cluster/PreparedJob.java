package org.stellwerk.benchmarks.cluster;

import org.stellwerk.runtime.id.JobID;

/**
 * A job that is ready to be handed in, so that preparing it is not part of what is measured.
 *
 * @param jobId its id, in whichever cluster
 * @param submission hands it in, and returns when the cluster has acknowledged it
 */
record PreparedJob(JobID jobId, Runnable submission) {}
