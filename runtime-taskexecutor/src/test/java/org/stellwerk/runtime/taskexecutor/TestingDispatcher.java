package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ClusterOverview;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;

/** Knows of no job. */
final class TestingDispatcher extends FencedRpcEndpoint<DispatcherId> implements DispatcherGateway {

  TestingDispatcher(RpcService rpc, UUID session) {
    super(rpc, LeaderInformation.dispatcherName(session), new DispatcherId(session));
  }

  @Override
  public CompletableFuture<JobStatus> requestJobStatus(JobID jobId, Duration timeout) {
    return CompletableFuture.failedFuture(new JobNotFoundException("There is no job " + jobId));
  }

  @Override
  public CompletableFuture<Acknowledge> submitJob(JobGraph jobGraph, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<List<JobDetails>> requestMultipleJobDetails(Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<ArchivedExecutionGraph> requestJob(JobID jobId, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<JobResult> requestJobResult(JobID jobId, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Acknowledge> cancelJob(JobID jobId, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<JobResourceRequirements> requestJobResourceRequirements(
      JobID jobId, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Acknowledge> updateJobResourceRequirements(
      JobID jobId, JobResourceRequirements requirements, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<ClusterOverview> requestClusterOverview(Duration timeout) {
    throw new UnsupportedOperationException();
  }
}
