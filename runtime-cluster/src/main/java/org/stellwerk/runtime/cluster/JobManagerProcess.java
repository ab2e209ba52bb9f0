package org.stellwerk.runtime.cluster;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.runtime.blob.BlobStore;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.leaderelection.LeaderContender;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.util.ExceptionUtils;
import org.stellwerk.util.FatalErrorHandler;

/**
 * A process that contends for leadership and, while it leads, has the session's Dispatcher and
 * ResourceManager (FLIP-285: one latch for all components of a process). Each grant makes new
 * instances with the session id as their final fencing token; a revoke closes them. A session that
 * is slow to close does not hold up the next one: their endpoints have different names and tokens.
 *
 * <p>An endpoint without gateway, for its main thread: grants and revokes are handled one at a
 * time. Soft state only.
 */
public final class JobManagerProcess extends RpcEndpoint implements LeaderContender {

  private static final Logger LOG = LoggerFactory.getLogger(JobManagerProcess.class);

  private static final Duration CONFIRMATION_PAUSE = Duration.ofMillis(500);

  private final JobManagerConfig config;
  private final ProcessServices services;
  private final BlobStore blobStore;
  private final LeaderElection leaderElection;
  private final FatalErrorHandler fatalErrorHandler;
  private final PromisedCancellations promisedCancellations;
  private final Map<UUID, CompletableFuture<Void>> closingSessions = new LinkedHashMap<>();
  private @Nullable JobManagerSession session;
  private boolean stopping;

  private JobManagerProcess(
      JobManagerConfig config, ProcessServices services, BlobStore blobStore) {
    super(services.rpc(), "jobmanager");
    this.config = config;
    this.services = services;
    this.blobStore = blobStore;
    this.leaderElection = services.highAvailability().leaderElection();
    this.fatalErrorHandler = services.runtime().fatalErrorHandler();
    this.promisedCancellations = new PromisedCancellations(services, getMainThreadExecutor());
  }

  /**
   * Makes and starts a process; it contends from now on.
   *
   * @param services closed by the caller, after the process
   */
  public static JobManagerProcess start(
      JobManagerConfig config, ProcessServices services, BlobStore blobStore) {
    JobManagerProcess process = new JobManagerProcess(config, services, blobStore);
    process.start();
    return process;
  }

  @Override
  protected void onStart() {
    leaderElection.startLeaderElection(this);
  }

  @Override
  public void grantLeadership(UUID leaderSessionId) {
    runAsync(() -> openSession(leaderSessionId));
  }

  @Override
  public void revokeLeadership() {
    runAsync(() -> closeSession("leadership was lost"));
  }

  @Override
  public void handleError(Exception exception) {
    fatalErrorHandler.onFatalError(exception);
  }

  private void openSession(UUID leaderSessionId) {
    if (stopping) {
      LOG.info("Leadership granted, session {}, while the process ends.", leaderSessionId);
      return;
    }
    closeSession("a new session was granted");
    LOG.info("Leadership granted, session {}.", leaderSessionId);
    JobManagerSession opened = new JobManagerSession(config, services, blobStore, leaderSessionId);
    session = opened;
    opened
        .start()
        .thenCompose(
            leader -> services.runtime().faultPoints().pass("jobmanager.before-published", leader))
        .whenCompleteAsync(
            (leaderInformation, failure) -> {
              if (session != opened) {
                return;
              }
              if (failure != null) {
                onSessionFailed(leaderSessionId, failure);
              } else {
                opened.onStarted();
                confirm(opened, leaderInformation);
              }
            },
            getMainThreadExecutor());
  }

  /** Publishes the session; while that does not get through it is repeated, for clients wait. */
  private void confirm(JobManagerSession opened, LeaderInformation leaderInformation) {
    if (session != opened) {
      return;
    }
    leaderElection
        .confirmLeadership(leaderInformation)
        .whenCompleteAsync(
            (ignored, failure) -> {
              if (session != opened) {
                return;
              }
              if (failure == null) {
                opened.onConfirmed();
              } else if (ExceptionUtils.stripCompletionException(failure)
                  instanceof StoreUnavailableException) {
                LOG.warn(
                    "Leader session {} could not be published, trying again: {}",
                    opened.id(),
                    ExceptionUtils.describe(failure));
                scheduleRunAsync(() -> confirm(opened, leaderInformation), CONFIRMATION_PAUSE);
              } else {
                onSessionFailed(opened.id(), failure);
              }
            },
            getMainThreadExecutor());
  }

  private void onSessionFailed(UUID leaderSessionId, Throwable failure) {
    Throwable cause = ExceptionUtils.stripCompletionException(failure);
    if (leaderElection.hasLeadership(leaderSessionId)) {
      fatalErrorHandler.onFatalError(new LeaderSessionException(leaderSessionId, cause));
    } else {
      LOG.info("Leader session {} ended while it started: {}", leaderSessionId, cause.toString());
    }
  }

  private void closeSession(String reason) {
    JobManagerSession closing = session;
    if (closing == null) {
      return;
    }
    session = null;
    CompletableFuture<Void> closed = closing.close(reason);
    closingSessions.put(closing.id(), closed);
    closed.whenCompleteAsync(
        (ignored, failure) -> {
          closingSessions.remove(closing.id());
          closing.onClosed();
          promisedCancellations.passOn(closing.promisedCancellations());
          if (failure != null) {
            LOG.warn("Leader session {} did not close cleanly.", closing.id(), failure);
          }
        },
        getMainThreadExecutor());
  }

  /** What it knows now; for tests and the simulator, in the main thread. */
  public JobManagerSnapshot snapshot() {
    JobManagerSession current = session;
    return new JobManagerSnapshot(
        current == null ? null : current.id(),
        current == null ? null : current.state(),
        List.copyOf(closingSessions.keySet()));
  }

  @Override
  protected CompletableFuture<Void> onStop() {
    stopping = true;
    closeSession("the process ends");
    return FutureUtils.composeAfterwards(
        FutureUtils.completeAll(
            List.of(
                FutureUtils.completeAll(closingSessions.values()), promisedCancellations.close())),
        getMainThreadExecutor(),
        leaderElection::closeAsync);
  }
}
