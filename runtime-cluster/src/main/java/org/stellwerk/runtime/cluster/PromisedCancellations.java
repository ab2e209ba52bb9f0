package org.stellwerk.runtime.cluster;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.gateway.LeaderGateways;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;
import org.stellwerk.util.ExceptionUtils;

/**
 * Cancellations that a leader has accepted while its store was out of reach, and that may not be
 * stored when it is deposed: it asks the next leader for them, as the client would that was told
 * they are accepted. Asking for one that is known changes nothing. Component of the {@link
 * JobManagerProcess}, in its main thread; soft state, so that a process that ends takes them along.
 */
final class PromisedCancellations {

  private static final Logger LOG = LoggerFactory.getLogger(PromisedCancellations.class);
  private static final Duration ASK_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int MAX_ATTEMPTS = 300;

  private final ProcessServices services;
  private final ComponentMainThreadExecutor mainThread;
  private @Nullable LeaderGateways gateways;
  private boolean closed;

  PromisedCancellations(ProcessServices services, ComponentMainThreadExecutor mainThread) {
    this.services = services;
    this.mainThread = mainThread;
  }

  /** Asks whoever leads, now or next, to cancel the jobs. */
  void passOn(Collection<JobID> jobs) {
    if (!closed) {
      jobs.forEach(jobId -> ask(gateways(), jobId, 1));
    }
  }

  private LeaderGateways gateways() {
    LeaderGateways made = gateways;
    if (made == null) {
      made =
          new LeaderGateways(
              services.rpc(),
              services.highAvailability().newLeaderRetrieval(),
              services.runtime().fatalErrorHandler());
      gateways = made;
      made.start();
    }
    return made;
  }

  private void ask(LeaderGateways leader, JobID jobId, int attempt) {
    if (closed) {
      return;
    }
    leader
        .dispatcher()
        .thenCompose(dispatcher -> dispatcher.cancelJob(jobId, ASK_TIMEOUT))
        .whenCompleteAsync(
            (answer, failure) -> {
              if (failure == null) {
                LOG.info("The cancellation of job {} is passed on to the leader.", jobId);
              } else if (!isOver(failure) && attempt < MAX_ATTEMPTS) {
                mainThread.schedule(
                    () -> ask(leader, jobId, attempt + 1), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
              }
            },
            mainThread);
  }

  private static boolean isOver(Throwable failure) {
    return ExceptionUtils.findThrowable(failure, JobNotFoundException.class).isPresent();
  }

  CompletableFuture<Void> close() {
    closed = true;
    LeaderGateways made = gateways;
    return made == null ? FutureUtils.completedVoidFuture() : made.closeAsync();
  }
}
