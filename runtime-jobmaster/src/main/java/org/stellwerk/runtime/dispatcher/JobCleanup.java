package org.stellwerk.runtime.dispatcher;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.util.ExceptionUtils;

/**
 * What follows the end of a job (FLIP-194): its result is recorded, dirty; what is stored for it is
 * removed; its result is marked clean. Each step is repeated until it works, so that whatever is
 * interrupted the next leader completes: the jars go before the graph, which names them, and that
 * before the mark. Component of the Dispatcher, in its main thread.
 */
final class JobCleanup {

  private static final Logger LOG = LoggerFactory.getLogger(JobCleanup.class);

  private final DispatcherServices services;
  private final UUID leaderSessionId;
  private final JarKeeper jars;
  private final Retry retry;
  private final Executor mainThread;

  JobCleanup(
      DispatcherServices services,
      UUID leaderSessionId,
      JarKeeper jars,
      Retry retry,
      Executor mainThread) {
    this.services = services;
    this.leaderSessionId = leaderSessionId;
    this.jars = jars;
    this.retry = retry;
    this.mainThread = mainThread;
  }

  /**
   * Makes the result durable; completes in the main thread, fails if this process leads no more.
   */
  CompletableFuture<Void> recordResult(JobResult result) {
    return retry.untilDone(
        "Storing the result of job " + result.jobId(),
        () ->
            reach("dispatcher.before-result-stored")
                .thenComposeAsync(
                    ignored -> services.jobResultStore().createDirtyResult(leaderSessionId, result),
                    mainThread));
  }

  private CompletableFuture<Void> reach(String faultPoint) {
    return services.runtime().faultPoints().reach(faultPoint);
  }

  /** Removes the jars that a refused submission has brought; who leads next does not know them. */
  void removeRefused(List<BlobKey> userJars) {
    retry
        .untilDone("Deleting the jars of a refused submission", () -> jars.deleteRefused(userJars))
        .whenComplete(
            (ignored, failure) -> {
              if (failure != null) {
                LOG.info(
                    "The jars {} of a refused submission stay: {}",
                    userJars,
                    ExceptionUtils.describe(failure));
              }
            });
  }

  /**
   * Removes what is stored for a job whose result is durable.
   *
   * @param userJars of the job; it must not be counted as their user any more
   */
  CompletableFuture<Void> cleanUp(JobID jobId, List<BlobKey> userJars) {
    return retry
        .untilDone(
            "Deleting the jars of job " + jobId,
            () ->
                reach("dispatcher.before-jars-deleted")
                    .thenComposeAsync(ignored -> jars.deleteUnused(userJars), mainThread))
        .thenComposeAsync(
            ignored ->
                retry.untilDone(
                    "Removing the graph of job " + jobId,
                    () ->
                        reach("dispatcher.before-graph-removed")
                            .thenCompose(
                                gone -> services.jobStore().removeJob(leaderSessionId, jobId))),
            mainThread)
        .thenComposeAsync(
            ignored ->
                retry.untilDone(
                    "Marking the result of job " + jobId + " as clean",
                    () ->
                        reach("dispatcher.before-result-clean")
                            .thenCompose(
                                gone ->
                                    services
                                        .jobResultStore()
                                        .markResultAsClean(leaderSessionId, jobId))),
            mainThread)
        .handleAsync(
            (ignored, failure) -> {
              if (failure != null) {
                LOG.info(
                    "The clean-up of job {} is left to the next leader: {}",
                    jobId,
                    ExceptionUtils.describe(failure));
              }
              return null;
            },
            mainThread);
  }
}
