package org.stellwerk.runtime.dispatcher;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
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
 * must be there, the cluster must have the slots. A refused job leaves nothing in the store: while
 * that is out of reach, and the outcome unknown, storing is repeated, see {@link Submission}; one
 * that fails for good is removed again first. Component of the Dispatcher, in its main thread; the
 * hard state is in the JobStore.
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
   * @param meanwhile runs in the main thread when the store has been asked to write the job
   */
  CompletableFuture<Void> accept(
      Submission submission, JobMasterConfig config, Runnable meanwhile) {
    JobGraph graph = submission.graph();
    return FutureUtils.completeAll(
            List.of(
                checkNotOver(submission),
                jars.checkPresent(graph.userJars()),
                resources.checkEnoughSlots(
                    SchedulerFactory.smallest(
                        graph, config.configuration().withAll(graph.configuration())),
                    config.rpcTimeout())))
        .thenComposeAsync(ignored -> store(submission, meanwhile), retry.mainThread());
  }

  private CompletableFuture<Void> checkNotOver(Submission submission) {
    JobID jobId = submission.graph().jobId();
    return submission
        .storeCall(services.jobResultStore().getResult(jobId))
        .handle(
            (result, failure) -> {
              if (failure != null) {
                throw new CompletionException(notChecked(submission, failure));
              }
              if (result.isPresent()) {
                throw new CompletionException(globallyTerminated(jobId));
              }
              return null;
            });
  }

  private static Throwable notChecked(Submission submission, Throwable failure) {
    Throwable cause = ExceptionUtils.stripCompletionException(failure);
    return cause instanceof StoreUnavailableException ? submission.notAccepted(cause) : cause;
  }

  static DuplicateJobSubmissionException globallyTerminated(JobID jobId) {
    return new DuplicateJobSubmissionException(
        "Job " + jobId + " has globally terminated; it is not run again");
  }

  private CompletableFuture<Void> store(Submission submission, Runnable meanwhile) {
    CompletableFuture<Void> stored = put(submission);
    retry.mainThread().execute(meanwhile);
    return submission
        .storeCall(stored)
        .handle(
            (ignored, failure) ->
                failure == null
                    ? FutureUtils.completedVoidFuture()
                    : refuse(submission, ExceptionUtils.stripCompletionException(failure)))
        .thenCompose(Function.identity());
  }

  private CompletableFuture<Void> put(Submission submission) {
    JobGraph graph = submission.graph();
    return services
        .runtime()
        .faultPoints()
        .reach("dispatcher.before-job-stored")
        .thenComposeAsync(
            ignored ->
                retry.whileUnavailable(
                    "Storing job " + graph.jobId(),
                    () -> services.jobStore().putJob(leaderSessionId, graph),
                    submission::storeFails),
            retry.mainThread())
        .thenCompose(ignored -> services.runtime().faultPoints().reach("dispatcher.job-stored"));
  }

  /** Stores how far a job has come; fails if this process leads no more. From any thread. */
  CompletableFuture<Void> storeProgress(JobProgress progress) {
    return CompletableFuture.supplyAsync(
            () ->
                retry.untilDone(
                    "Storing the progress of job " + progress.jobId(),
                    () ->
                        services
                            .runtime()
                            .faultPoints()
                            .reach("dispatcher.before-progress-stored")
                            .thenCompose(
                                ignored ->
                                    services.jobStore().putProgress(leaderSessionId, progress))),
            retry.mainThread())
        .thenCompose(stored -> stored);
  }

  /** In the main thread, where attempts end. One before, of unknown outcome, may have stored it. */
  private CompletableFuture<Void> refuse(Submission submission, Throwable cause) {
    JobID jobId = submission.graph().jobId();
    if (cause instanceof NotLeaderException) {
      return CompletableFuture.failedFuture(notStored(jobId, cause));
    }
    submission.storeFails(cause);
    return submission
        .storeCall(
            retry.untilDone(
                "Removing job " + jobId + ", which is not accepted",
                () -> services.jobStore().removeJob(leaderSessionId, jobId)))
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
