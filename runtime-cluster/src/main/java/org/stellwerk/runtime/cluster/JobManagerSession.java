package org.stellwerk.runtime.cluster;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.blob.BlobStore;
import org.stellwerk.runtime.dispatcher.Dispatcher;
import org.stellwerk.runtime.dispatcher.DispatcherConfig;
import org.stellwerk.runtime.dispatcher.DispatcherServices;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.runtime.resourcemanager.ResourceManagerConfig;

/**
 * The endpoints of one leader session: made with its id as their final fencing token, closed with
 * it, never used again. In the process's main thread; transitions are those of {@link
 * LeaderSessionState}.
 */
final class JobManagerSession {

  private static final Logger LOG = LoggerFactory.getLogger(JobManagerSession.class);

  private final LeaderInformation leaderInformation;
  private final ResourceManager resourceManager;
  private final Dispatcher dispatcher;
  private final TransitionObserver transitions;
  private LeaderSessionState state = LeaderSessionState.STARTING;

  JobManagerSession(
      JobManagerConfig config, ProcessServices services, BlobStore blobStore, UUID sessionId) {
    RpcService rpc = services.rpc();
    this.leaderInformation =
        new LeaderInformation(sessionId, rpc.getEndpointAddress(""), config.restAddress());
    this.transitions = services.runtime().transitions();
    this.resourceManager =
        new ResourceManager(
            rpc,
            new ResourceManagerId(sessionId),
            config.resourceId(),
            ResourceManagerConfig.fromConfiguration(config.configuration()),
            services.runtime());
    this.dispatcher =
        new Dispatcher(
            rpc,
            new DispatcherId(sessionId),
            DispatcherConfig.from(config.configuration()),
            DispatcherServices.of(
                services.highAvailability(),
                blobStore,
                leaderInformation.resourceManagerAddress(),
                services.runtime()));
  }

  UUID id() {
    return leaderInformation.sessionId();
  }

  /** Completes with what is to be published, once the stored jobs are recovered. */
  CompletableFuture<LeaderInformation> start() {
    resourceManager.start();
    dispatcher.start();
    return dispatcher.getReadyFuture().thenApply(ignored -> leaderInformation);
  }

  LeaderSessionState state() {
    return state;
  }

  /** It has started. */
  void onStarted() {
    transitionTo(LeaderSessionState.SERVING, "its stored jobs are recovered");
  }

  /** It has been published. */
  void onConfirmed() {
    transitionTo(LeaderSessionState.CONFIRMED, "its address is published");
  }

  /** Ends the endpoints; only once. */
  CompletableFuture<Void> close(String reason) {
    transitionTo(LeaderSessionState.CLOSING, reason);
    return FutureUtils.completeAll(List.of(dispatcher.closeAsync(), resourceManager.closeAsync()));
  }

  /** Once closed: what its Dispatcher has promised and may not be stored. */
  List<JobID> promisedCancellations() {
    return dispatcher.getPromisedCancellations();
  }

  /** The endpoints have ended. */
  void onClosed() {
    transitionTo(LeaderSessionState.CLOSED, "its endpoints have ended");
  }

  private void transitionTo(LeaderSessionState next, String reason) {
    LeaderSessionState from = state;
    if (!from.canBecome(next)) {
      throw new IllegalStateException(
          "Leader session " + id() + " cannot go from " + from + " to " + next + ": " + reason);
    }
    state = next;
    LOG.info("Leader session {}: {} -> {}: {}", id(), from, next, reason);
    transitions.onTransition(TransitionObserver.LEADER_SESSION, id(), from, next);
  }
}
