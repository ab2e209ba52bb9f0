package org.stellwerk.runtime.jobmaster;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobInformation;
import org.stellwerk.runtime.scheduler.ExecutionGraphSpec;

/**
 * What a JobMaster is given.
 *
 * @param resourceManagerAddress of the same leader session
 * @param blobServerAddress the base URL under which TaskExecutors fetch jars
 * @param listener hears how the job ended
 * @param recovered what is stored of a job that ran under an earlier leader; empty for a new job
 * @param progressStore makes the job's progress durable; repeats that until it works, or this
 *     process leads no more
 * @param initializationTimestamp when the job became INITIALIZING, in milliseconds since the epoch
 */
public record JobMasterServices(
    RuntimeServices runtime,
    String resourceManagerAddress,
    String blobServerAddress,
    JobMasterListener listener,
    Optional<JobProgress> recovered,
    Function<JobProgress, CompletableFuture<Void>> progressStore,
    long initializationTimestamp) {

  /** What the job's execution graph is made of. */
  ExecutionGraphSpec graphSpec(JobGraph jobGraph) {
    return new ExecutionGraphSpec(
        jobGraph,
        new JobInformation(
            jobGraph.jobId(),
            jobGraph.name(),
            jobGraph.configuration(),
            jobGraph.userJars(),
            blobServerAddress),
        initializationTimestamp,
        recovered);
  }
}
