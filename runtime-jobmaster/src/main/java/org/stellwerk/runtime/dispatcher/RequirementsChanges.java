package org.stellwerk.runtime.dispatcher;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.exceptions.JobModificationException;
import org.stellwerk.util.ExceptionUtils;

/**
 * Changes the bounds between which a job's parallelism is chosen: they must fit the job, its
 * scheduler must choose, they are stored with the graph, so that the next leader uses them, and
 * then the JobMaster is told. While the store is out of reach storing is repeated as long as the
 * job is there; who waits for it is told after some seconds. One change of a job at a time.
 * Component of the Dispatcher, in its main thread; the hard state is in the JobStore.
 */
final class RequirementsChanges {

  private static final Logger LOG = LoggerFactory.getLogger(RequirementsChanges.class);

  private final DispatcherServices services;
  private final UUID leaderSessionId;
  private final Retry retry;

  RequirementsChanges(DispatcherServices services, UUID leaderSessionId, Retry retry) {
    this.services = services;
    this.leaderSessionId = leaderSessionId;
    this.retry = retry;
  }

  /** The bounds that hold; fails with JobModificationException if the parallelism is fixed. */
  CompletableFuture<JobResourceRequirements> current(JobRun run, Duration timeout) {
    JobMasterGateway jobMaster = run.gateway();
    return jobMaster == null || run.isOver()
        ? refused(run, "it is over")
        : jobMaster.requestResourceRequirements(timeout);
  }

  /**
   * Completes when the bounds are stored and the JobMaster has them; fails with
   * StoreUnavailableException if that takes longer than {@link Submission#PATIENCE}, and then may
   * happen later.
   */
  CompletableFuture<Acknowledge> change(
      JobRun run, JobResourceRequirements requirements, Duration timeout) {
    JobGraph changed;
    try {
      changed = run.graph().withRequirements(requirements);
    } catch (IllegalArgumentException e) {
      return refused(run, String.valueOf(e.getMessage()));
    }
    CompletableFuture<Acknowledge> answer = new CompletableFuture<>();
    FutureUtils.forward(
        current(run, timeout)
            .thenComposeAsync(ignored -> store(run, changed, answer), retry.mainThread())
            .thenComposeAsync(ignored -> tell(run, changed, timeout), retry.mainThread()),
        answer);
    return answer;
  }

  private CompletableFuture<Void> store(
      JobRun run, JobGraph changed, CompletableFuture<Acknowledge> answer) {
    if (run.isOver()) {
      return refused(run, "it is over");
    }
    if (run.isChanging()) {
      return refused(run, "another change of it is under way; try again");
    }
    AtomicReference<Throwable> outage = new AtomicReference<>();
    CompletableFuture<Void> stored =
        retry.whileUnavailable(
            "Storing the requirements of job " + changed.jobId(),
            () ->
                run.isOver()
                    ? refused(run, "it is over")
                    : services.jobStore().putJob(leaderSessionId, changed),
            outage::set);
    run.changing(stored);
    ScheduledFuture<?> timer =
        retry
            .mainThread()
            .schedule(
                () -> answer.completeExceptionally(notYet(changed.jobId(), outage.get())),
                Submission.PATIENCE.toNanos(),
                TimeUnit.NANOSECONDS);
    return stored.whenComplete((ignored, failure) -> timer.cancel(false));
  }

  private static StoreUnavailableException notYet(JobID jobId, @Nullable Throwable outage) {
    return new StoreUnavailableException(
        "The new bounds of job "
            + jobId
            + " are not stored yet, which is tried on: "
            + (outage == null ? "the store does not answer" : ExceptionUtils.describe(outage)),
        outage);
  }

  private static CompletableFuture<Acknowledge> tell(
      JobRun run, JobGraph changed, Duration timeout) {
    run.changed(changed);
    JobMasterGateway jobMaster = run.gateway();
    if (jobMaster == null || run.isOver()) {
      return refused(run, "it is over");
    }
    LOG.info("Job {}: new bounds of the parallelism are stored.", changed.jobId());
    return jobMaster.updateResourceRequirements(changed.requirements(), timeout);
  }

  private static <T> CompletableFuture<T> refused(JobRun run, String why) {
    return refused(run.graph().jobId(), why);
  }

  /** What is answered when a job cannot be changed. */
  static <T> CompletableFuture<T> refused(JobID jobId, String why) {
    return CompletableFuture.failedFuture(
        new JobModificationException(
            "The parallelism of job " + jobId + " cannot be changed: " + why));
  }
}
