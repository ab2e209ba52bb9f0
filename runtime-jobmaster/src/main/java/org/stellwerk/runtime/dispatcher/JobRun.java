package org.stellwerk.runtime.dispatcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.executiongraph.ArchivedGraphs;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;

/**
 * One job of this leader session, from its start until its result is durable: its JobMaster, and
 * who waits for its result. Component of the Dispatcher, in its main thread; soft state.
 */
final class JobRun {

  private JobGraph graph;
  private final long initializationTimestamp;
  private final Map<Long, CompletableFuture<JobResult>> waiting = new LinkedHashMap<>();
  private long waits;
  private @Nullable JobMaster jobMaster;
  private CompletableFuture<Void> change = FutureUtils.completedVoidFuture();
  private boolean ended;
  private boolean cancelled;

  JobRun(JobGraph graph, long initializationTimestamp) {
    this.graph = graph;
    this.initializationTimestamp = initializationTimestamp;
  }

  JobGraph graph() {
    return graph;
  }

  long initializationTimestamp() {
    return initializationTimestamp;
  }

  void made(JobMaster newJobMaster) {
    jobMaster = newJobMaster;
  }

  Optional<JobMaster> jobMaster() {
    return Optional.ofNullable(jobMaster);
  }

  /** The JobMaster's gateway; null if there is no JobMaster. */
  @Nullable JobMasterGateway gateway() {
    JobMaster current = jobMaster;
    return current == null ? null : current.getSelfGateway(JobMasterGateway.class);
  }

  /**
   * The job has ended.
   *
   * @return false if that was known
   */
  boolean tryEnd() {
    boolean first = !ended;
    ended = true;
    return first;
  }

  /** Whether it is known that the job has ended. */
  boolean isOver() {
    return ended;
  }

  /** The job as its JobMaster has it. */
  CompletableFuture<ArchivedExecutionGraph> request(Duration timeout) {
    JobMasterGateway gateway = gateway();
    return gateway == null
        ? CompletableFuture.completedFuture(initializing())
        : gateway.requestJob(timeout);
  }

  /** The job in short; of a JobMaster that does not answer, what is known without it. */
  CompletableFuture<JobDetails> details(Duration timeout) {
    return request(timeout)
        .exceptionally(failure -> initializing())
        .thenApply(ArchivedExecutionGraph::toDetails);
  }

  CompletableFuture<JobStatus> requestStatus(Duration timeout) {
    JobMasterGateway gateway = gateway();
    return gateway == null
        ? CompletableFuture.completedFuture(JobStatus.INITIALIZING)
        : gateway.requestJobStatus(timeout);
  }

  /** Cancels the job; that it will be is promised from now on. */
  CompletableFuture<Acknowledge> cancel(Duration timeout) {
    cancelled = true;
    JobMasterGateway gateway = gateway();
    return gateway == null
        ? CompletableFuture.completedFuture(Acknowledge.INSTANCE)
        : gateway.cancel(timeout);
  }

  boolean isCancelAccepted() {
    return cancelled;
  }

  /** The job's graph is being stored anew. */
  void changing(CompletableFuture<Void> stored) {
    change = stored;
  }

  boolean isChanging() {
    return !change.isDone();
  }

  /** The graph is stored anew. */
  void changed(JobGraph stored) {
    graph = stored;
  }

  /** Completes, in the main thread, when the graph is not being stored anew. */
  CompletableFuture<Void> whenUnchanging() {
    return change.handle((ignored, failure) -> null);
  }

  /** What is known without the JobMaster. */
  private ArchivedExecutionGraph initializing() {
    return ArchivedGraphs.initializing(graph.jobId(), graph.name(), initializationTimestamp);
  }

  /** Completes with the result, once it is durable; the wait is over at the timeout. */
  CompletableFuture<JobResult> awaitResult(
      Duration timeout, ComponentMainThreadExecutor mainThread) {
    CompletableFuture<JobResult> result = new CompletableFuture<>();
    long wait = waits++;
    waiting.put(wait, result);
    FutureUtils.withTimeout(
        result, timeout.toMillis(), mainThread, "Job " + graph.jobId() + " is not over; it");
    // Both ends of the wait are in the main thread.
    result.whenComplete((value, failure) -> waiting.remove(wait));
    return result;
  }

  void completeResult(JobResult result) {
    List<CompletableFuture<JobResult>> all = new ArrayList<>(waiting.values());
    waiting.clear();
    all.forEach(each -> each.complete(result));
  }

  void failResult(Throwable cause) {
    List<CompletableFuture<JobResult>> all = new ArrayList<>(waiting.values());
    waiting.clear();
    all.forEach(each -> each.completeExceptionally(cause));
  }

  /** The JobMaster, if there is one, may tell TaskExecutors to forget the job. */
  void resultIsDurable() {
    JobMaster current = jobMaster;
    if (current != null) {
      current.resultIsDurable();
    }
  }

  /** Ends the JobMaster, if there is one. */
  CompletableFuture<Void> closeJobMaster() {
    JobMaster current = jobMaster;
    return current == null ? FutureUtils.completedVoidFuture() : current.closeAsync();
  }
}
