package org.stellwerk.runtime.dispatcher;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMasterConfig;
import org.stellwerk.runtime.jobmaster.SchedulerFactory;
import org.stellwerk.runtime.messages.exceptions.DuplicateJobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.JobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.util.ExceptionUtils;

/**
 * Decides whether a job is accepted, and makes it durable: it must not be over already, its jars
 * must be there, the cluster must have the slots. A refused job leaves nothing behind: while the
 * store is out of reach, and the outcome unknown, storing is repeated, unanswered; one that fails
 * for good is removed again first. Component of the Dispatcher, in its main thread; the hard state
 * is in the JobStore.
 */
final class JobAcceptance {

  private final DispatcherServices services;
  private final UUID leaderSessionId;
  private final JarKeeper jars;
  private final ClusterResources resources;
  private final Retry retry;

  JobAcceptance(
      DispatcherServices services,
      UUID leaderSessionId,
      JarKeeper jars,
      ClusterResources resources,
      Retry retry) {
    this.services = services;
    this.leaderSessionId = leaderSessionId;
    this.jars = jars;
    this.resources = resources;
    this.retry = retry;
  }

  /**
   * Completes when the job is stored; fails with why it is not accepted.
   *
   * @param config of its JobMaster
   */
  CompletableFuture<Void> accept(JobGraph graph, JobMasterConfig config) {
    return FutureUtils.completeAll(
            List.of(
                checkNotOver(graph.jobId()),
                jars.checkPresent(graph.userJars()),
                resources.checkEnoughSlots(
                    SchedulerFactory.smallest(
                        graph, config.configuration().withAll(graph.configuration())),
                    config.rpcTimeout())))
        .thenComposeAsync(ignored -> store(graph), retry.mainThread());
  }

  private CompletableFuture<Void> checkNotOver(JobID jobId) {
    return services
        .jobResultStore()
        .getResult(jobId)
        .thenCompose(
            result ->
                result.isPresent()
                    ? CompletableFuture.failedFuture(globallyTerminated(jobId))
                    : FutureUtils.completedVoidFuture());
  }

  static DuplicateJobSubmissionException globallyTerminated(JobID jobId) {
    return new DuplicateJobSubmissionException(
        "Job " + jobId + " has globally terminated; it is not run again");
  }

  private CompletableFuture<Void> store(JobGraph graph) {
    return services
        .runtime()
        .faultPoints()
        .reach("dispatcher.before-job-stored")
        .thenComposeAsync(
            ignored ->
                retry.whileUnavailable(
                    "Storing job " + graph.jobId(),
                    () -> services.jobStore().putJob(leaderSessionId, graph)),
            retry.mainThread())
        .thenCompose(ignored -> services.runtime().faultPoints().reach("dispatcher.job-stored"))
        .handle(
            (ignored, failure) ->
                failure == null
                    ? FutureUtils.completedVoidFuture()
                    : refuse(graph.jobId(), ExceptionUtils.stripCompletionException(failure)))
        .thenCompose(Function.identity());
  }

  /** In the main thread, where attempts end. One before, of unknown outcome, may have stored it. */
  private CompletableFuture<Void> refuse(JobID jobId, Throwable cause) {
    if (cause instanceof NotLeaderException) {
      return CompletableFuture.failedFuture(notStored(jobId, cause));
    }
    return retry
        .untilDone(
            "Removing job " + jobId + ", which is not accepted",
            () -> services.jobStore().removeJob(leaderSessionId, jobId))
        .handle((ignored, failure) -> failure == null ? cause : failure)
        .thenCompose(
            why ->
                CompletableFuture.failedFuture(
                    notStored(jobId, ExceptionUtils.stripCompletionException(why))));
  }

  private static JobSubmissionException notStored(JobID jobId, Throwable cause) {
    String why =
        cause instanceof NotLeaderException
            ? "this JobManager is not the leader any more; submit it to the new one"
            : "it could not be stored ("
                + ExceptionUtils.describe(cause)
                + "); submit it again under the same id";
    return new JobSubmissionException("Job " + jobId + " was not accepted: " + why, cause);
  }
}
