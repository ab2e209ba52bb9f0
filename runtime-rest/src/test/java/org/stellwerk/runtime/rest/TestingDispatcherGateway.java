package org.stellwerk.runtime.rest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.stellwerk.runtime.gateway.DispatcherGateway;
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
import org.stellwerk.runtime.messages.exceptions.JobModificationException;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;

/** A Dispatcher that knows the jobs it was given. */
final class TestingDispatcherGateway implements DispatcherGateway {

  final Map<JobID, ArchivedExecutionGraph> jobs = new LinkedHashMap<>();
  final List<JobGraph> submitted = new CopyOnWriteArrayList<>();
  final List<JobID> cancelled = new CopyOnWriteArrayList<>();
  final AtomicReference<JobResourceRequirements> requirements =
      new AtomicReference<>(JobResourceRequirements.NONE);
  volatile CompletableFuture<Acknowledge> submitAnswer =
      CompletableFuture.completedFuture(Acknowledge.INSTANCE);

  private CompletableFuture<ArchivedExecutionGraph> find(JobID jobId) {
    ArchivedExecutionGraph job = jobs.get(jobId);
    return job == null
        ? CompletableFuture.failedFuture(new JobNotFoundException("Job " + jobId + " not found"))
        : CompletableFuture.completedFuture(job);
  }

  @Override
  public CompletableFuture<Acknowledge> submitJob(JobGraph jobGraph, Duration timeout) {
    submitted.add(jobGraph);
    return submitAnswer;
  }

  @Override
  public CompletableFuture<List<JobDetails>> requestMultipleJobDetails(Duration timeout) {
    List<JobDetails> details = new ArrayList<>();
    jobs.values().forEach(job -> details.add(job.toDetails()));
    return CompletableFuture.completedFuture(details);
  }

  @Override
  public CompletableFuture<ArchivedExecutionGraph> requestJob(JobID jobId, Duration timeout) {
    return find(jobId);
  }

  @Override
  public CompletableFuture<JobStatus> requestJobStatus(JobID jobId, Duration timeout) {
    return find(jobId).thenApply(ArchivedExecutionGraph::state);
  }

  @Override
  public CompletableFuture<JobResult> requestJobResult(JobID jobId, Duration timeout) {
    return find(jobId).thenApply(ArchivedExecutionGraph::toResult);
  }

  @Override
  public CompletableFuture<Acknowledge> cancelJob(JobID jobId, Duration timeout) {
    return find(jobId)
        .thenApply(
            job -> {
              cancelled.add(jobId);
              return Acknowledge.INSTANCE;
            });
  }

  @Override
  public CompletableFuture<JobResourceRequirements> requestJobResourceRequirements(
      JobID jobId, Duration timeout) {
    return find(jobId).thenApply(job -> requirements.get());
  }

  @Override
  public CompletableFuture<Acknowledge> updateJobResourceRequirements(
      JobID jobId, JobResourceRequirements changed, Duration timeout) {
    return find(jobId)
        .thenCompose(
            job -> {
              if (job.state().isGloballyTerminal()) {
                return CompletableFuture.failedFuture(
                    new JobModificationException("Job " + jobId + " is over"));
              }
              requirements.set(changed);
              return CompletableFuture.completedFuture(Acknowledge.INSTANCE);
            });
  }

  @Override
  public CompletableFuture<ClusterOverview> requestClusterOverview(Duration timeout) {
    return CompletableFuture.completedFuture(new ClusterOverview(2, 4, 3, 1, 5, 6, 7));
  }

  @Override
  public DispatcherId getFencingToken() {
    return new DispatcherId(new UUID(0, 1));
  }

  @Override
  public String getAddress() {
    return "testing://dispatcher";
  }

  @Override
  public String getHostname() {
    return "localhost";
  }
}
