package org.stellwerk.client;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;

/**
 * A submitted job. Waiting asks the cluster after 5 ms first and then ever less often, up to every
 * 100 ms, and outlives a change of the cluster's leader: while the cluster does not answer it goes
 * on asking for a minute. Used by one thread.
 */
public final class JobExecution {

  private static final Duration FIRST_POLL = Duration.ofMillis(5);
  private static final Duration SLOWEST_POLL = Duration.ofMillis(100);
  private static final Duration OUTAGE_POLL = Duration.ofMillis(500);
  private static final Duration LONGEST_OUTAGE = Duration.ofSeconds(60);
  private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(300);

  private final ClusterClient client;
  private final JobID jobId;
  private final String jobName;
  private final boolean detached;
  private final JobObserver observer;
  private @Nullable JobResult result;
  private long outageSinceNanos;
  private boolean outage;

  JobExecution(
      ClusterClient client, JobID jobId, String jobName, boolean detached, JobObserver observer) {
    this.client = client;
    this.jobId = jobId;
    this.jobName = jobName;
    this.detached = detached;
    this.observer = observer;
  }

  /** The id that the cluster knows the job by. */
  public JobID jobId() {
    return jobId;
  }

  /** The job's state now. */
  public JobStatus status() {
    return client.requestJobDetails(jobId).status();
  }

  /** Asks the cluster to cancel the job, which ends CANCELED some time later. */
  public void cancel() {
    client.cancelJob(jobId);
  }

  /**
   * Waits for the end of the job, be it good or bad: see {@link JobResult#isSuccess()}. A program
   * that was started detached does not wait: this call ends it with {@link DetachedExit}.
   *
   * @throws ClusterException if the cluster does not know the job or has not answered for a minute;
   *     the job may still be running then
   */
  public JobResult await() throws InterruptedException {
    if (detached) {
      throw new DetachedExit(jobId);
    }
    return awaitResult();
  }

  private JobResult awaitResult() throws InterruptedException {
    Duration pause = FIRST_POLL;
    long nextProgressNanos = System.nanoTime();
    while (true) {
      JobResult known = result != null ? result : pollResult().orElse(null);
      if (known != null) {
        return known;
      }
      if (observer.wantsProgress() && !outage && System.nanoTime() - nextProgressNanos >= 0) {
        reportProgress();
        nextProgressNanos = System.nanoTime() + PROGRESS_INTERVAL.toNanos();
      }
      Thread.sleep((outage ? OUTAGE_POLL : pause).toMillis());
      pause = Duration.ofMillis(Math.min(SLOWEST_POLL.toMillis(), pause.toMillis() * 3 / 2));
    }
  }

  private Optional<JobResult> pollResult() {
    try {
      Optional<JobResult> answer = client.requestJobResult(jobId).map(this::withName);
      outage = false;
      answer.ifPresent(
          ended -> {
            result = ended;
            observer.onEnded(ended);
          });
      return answer;
    } catch (ClusterException e) {
      endure(e);
      return Optional.empty();
    }
  }

  private void reportProgress() {
    try {
      observer.onProgress(client.requestJobDetails(jobId));
    } catch (ClusterException e) {
      endure(e);
    }
  }

  /** A new leader may not know the job for a moment: after an outage "not found" is no answer. */
  private void endure(ClusterException e) {
    boolean passing = e.isTransient() || (outage && e.isNotFound());
    if (!passing) {
      throw e;
    }
    if (!outage) {
      outage = true;
      outageSinceNanos = System.nanoTime();
      observer.onOutage(jobId, e);
    } else if (System.nanoTime() - outageSinceNanos > LONGEST_OUTAGE.toNanos()) {
      throw e;
    }
  }

  private JobResult withName(JobResult answer) {
    return new JobResult(jobId, jobName, answer.status(), answer.netRuntimeMs(), answer.failure());
  }
}
