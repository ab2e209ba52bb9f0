package org.stellwerk.runtime.gateway;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.RpcTimeout;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ClusterOverview;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;

/** The cluster's front door: submits, lists, watches and cancels jobs. */
public interface DispatcherGateway extends FencedRpcGateway<DispatcherId> {

  /**
   * Submits a job. Acknowledged once the graph is stored durably; the job starts after that.
   * Idempotent by job id in the sense that a second submission changes nothing.
   *
   * @return fails with DuplicateJobSubmissionException if the id is known, with
   *     JobSubmissionException if the job cannot run here
   */
  CompletableFuture<Acknowledge> submitJob(JobGraph jobGraph, @RpcTimeout Duration timeout);

  /** All jobs, running and ended, oldest first. */
  CompletableFuture<List<JobDetails>> requestMultipleJobDetails(@RpcTimeout Duration timeout);

  /** The job as it is now; fails with JobNotFoundException. */
  CompletableFuture<ArchivedExecutionGraph> requestJob(JobID jobId, @RpcTimeout Duration timeout);

  /** The job's state; fails with JobNotFoundException. */
  CompletableFuture<JobStatus> requestJobStatus(JobID jobId, @RpcTimeout Duration timeout);

  /** Completes when the job is over; fails with JobNotFoundException. */
  CompletableFuture<JobResult> requestJobResult(JobID jobId, @RpcTimeout Duration timeout);

  /**
   * Asks a job to cancel; the job ends CANCELED some time later. For a job that has ended it
   * changes nothing. Fails with JobNotFoundException.
   */
  CompletableFuture<Acknowledge> cancelJob(JobID jobId, @RpcTimeout Duration timeout);

  /**
   * The bounds between which the parallelism of the job's vertices is chosen. Fails with
   * JobNotFoundException, with JobModificationException if nothing is chosen.
   */
  CompletableFuture<JobResourceRequirements> requestJobResourceRequirements(
      JobID jobId, @RpcTimeout Duration timeout);

  /**
   * Changes them; acknowledged once they are stored durably and the job has them. Idempotent. Fails
   * with JobNotFoundException, with JobModificationException if they do not fit the job or nothing
   * is chosen.
   */
  CompletableFuture<Acknowledge> updateJobResourceRequirements(
      JobID jobId, JobResourceRequirements requirements, @RpcTimeout Duration timeout);

  /** The cluster in numbers. */
  CompletableFuture<ClusterOverview> requestClusterOverview(@RpcTimeout Duration timeout);
}
