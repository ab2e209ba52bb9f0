package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.PeerListener;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.heartbeat.HeartbeatListener;
import org.stellwerk.runtime.heartbeat.HeartbeatSender;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.registration.RetryingRegistration;
import org.stellwerk.util.ExceptionUtils;

/**
 * Keeps the TaskExecutor registered at the ResourceManager of the current leader session: registers
 * with the slot report, beats with it, registers again when the ResourceManager is lost or has
 * forgotten this TaskExecutor. If none takes it in within the registration timeout, that is fatal,
 * unless jobs are served meanwhile. In the main thread; soft state.
 */
final class ResourceManagerConnection {

  private static final Logger LOG = LoggerFactory.getLogger(ResourceManagerConnection.class);

  private record Established(ResourceManagerGateway gateway, InstanceID registrationId) {}

  private final ConnectionContext context;
  private final ServedJobs jobs;
  private final LongSupplier freeHeap;
  private final HeartbeatSender<ResourceManagerId> heartbeats;
  private @Nullable LeaderInformation leader;
  private @Nullable RetryingRegistration<ResourceManagerGateway> registration;
  private @Nullable Established established;
  private @Nullable ScheduledFuture<?> registrationTimer;

  /** Slots of which the ResourceManager is not told yet that they are free. */
  private List<SlotAllocation> freed = new ArrayList<>();

  private boolean stopped;

  /**
   * A connection that has not begun.
   *
   * @param jobs what is reported; while JobMasters use this TaskExecutor it must not end
   * @param freeHeap in bytes
   */
  ResourceManagerConnection(ConnectionContext context, ServedJobs jobs, LongSupplier freeHeap) {
    this.context = context;
    this.jobs = jobs;
    this.freeHeap = freeHeap;
    this.heartbeats =
        new HeartbeatSender<>(
            context.config().heartbeat(),
            new LossListener(),
            context.mainThread(),
            context.services().clock());
  }

  /** Begins to wait for a leader. */
  void start() {
    armRegistrationTimer();
  }

  /** Another leader, or none. */
  void leaderChanged(Optional<LeaderInformation> now) {
    if (stopped || now.equals(Optional.ofNullable(leader))) {
      return;
    }
    drop();
    leader = now.orElse(null);
    if (leader == null) {
      LOG.info("No leader is known; waiting for one.");
      armRegistrationTimer();
    } else {
      LOG.info("The leader is session {} at {}.", leader.sessionId(), leader.rpcAddressPrefix());
      register(RetryingRegistration::start);
    }
  }

  /** Whether this is the ResourceManager of the current leader session. */
  boolean isCurrent(ResourceManagerId id) {
    return leader != null && leader.sessionId().equals(id.value());
  }

  /** Whether the ResourceManager has taken this TaskExecutor in. */
  boolean isConnected() {
    return established != null;
  }

  /** The leader session that is followed; null if none is known. */
  @Nullable UUID leaderSession() {
    LeaderInformation current = leader;
    return current == null ? null : current.sessionId();
  }

  /** Under which the ResourceManager has taken this TaskExecutor in; null if it has not. */
  @Nullable InstanceID registrationId() {
    Established peer = established;
    return peer == null ? null : peer.registrationId();
  }

  /**
   * The ResourceManager has ended the connection. One that arrives during the registration is meant
   * for an earlier connection.
   */
  void disconnectedBy(ResourceManagerId id, String reason) {
    if (isCurrent(id) && established != null) {
      registerAgainLater("it ended the connection: " + reason);
    } else {
      LOG.debug("A goodbye of ResourceManager session {} is outdated: {}", id, reason);
    }
  }

  /** A process is gone; the ResourceManager may have lived there. */
  void losePeer(String peer, String why) {
    if (established != null && PeerListener.isAt(established.gateway().getAddress(), peer)) {
      registerAgainLater(why);
    }
  }

  /**
   * A slot has become free; without a connection the next registration will say so. What becomes
   * free in one turn of the main thread is told together, by a flush that is posted behind the
   * turn, and before anything else is told.
   */
  void notifySlotAvailable(SlotAllocation slot) {
    if (established == null) {
      return;
    }
    freed.add(slot);
    if (freed.size() == 1) {
      context.mainThread().execute(this::flushFreed);
    }
  }

  private void flushFreed() {
    Established peer = established;
    if (peer != null && !freed.isEmpty()) {
      List<SlotAllocation> batch = freed;
      freed = new ArrayList<>();
      peer.gateway().notifySlotsAvailable(peer.registrationId(), batch);
    }
  }

  /**
   * Tells the slots soon, if need be before the next heartbeat would; without a connection the
   * registration does.
   */
  void reportSlots() {
    LeaderInformation followed = leader;
    if (established != null && followed != null) {
      heartbeats.beatSoon(new ResourceManagerId(followed.sessionId()));
    }
  }

  /**
   * Says goodbye and ends for good.
   *
   * @return done when the ResourceManager has heard it, or cannot: an answer to a heartbeat behind
   *     it, whatever it says, shows that it has arrived
   */
  CompletableFuture<?> leave(TaskManagerLoss goodbye) {
    Established peer = established;
    stop(goodbye);
    return peer == null ? FutureUtils.completedVoidFuture() : beat(peer);
  }

  /** Says goodbye and ends for good. */
  void stop(TaskManagerLoss goodbye) {
    stopped = true;
    Established peer = established;
    if (peer != null) {
      flushFreed();
      peer.gateway().disconnectTaskManager(context.resourceId(), goodbye);
    }
    drop();
    disarmRegistrationTimer();
  }

  private void drop() {
    RetryingRegistration<ResourceManagerGateway> running = registration;
    registration = null;
    if (running != null) {
      running.close();
    }
    established = null;
    freed.clear();
    heartbeats.stop();
  }

  private void registerAgain(String reason) {
    registerAgain(reason, RetryingRegistration::start);
  }

  /** Whoever has ended will rather be followed by another leader than be there again. */
  private void registerAgainLater(String reason) {
    registerAgain(reason, RetryingRegistration::startLater);
  }

  private void registerAgain(String reason, Beginning beginning) {
    if (stopped || leader == null) {
      return;
    }
    LOG.info(
        "The connection to the ResourceManager of session {} is over, registering again: {}",
        leader.sessionId(),
        reason);
    drop();
    register(beginning);
  }

  /** How a registration begins. */
  private interface Beginning {
    CompletableFuture<RetryingRegistration.Outcome<ResourceManagerGateway>> of(
        RetryingRegistration<ResourceManagerGateway> registration);
  }

  private void register(Beginning beginning) {
    LeaderInformation target = leader;
    if (target == null) {
      return;
    }
    if (registrationTimer == null) {
      armRegistrationTimer();
    }
    String address = target.resourceManagerAddress();
    ResourceManagerId id = new ResourceManagerId(target.sessionId());
    RetryingRegistration<ResourceManagerGateway> attempt =
        new RetryingRegistration<>(
            "ResourceManager at " + address,
            () -> context.rpc().connect(address, id, ResourceManagerGateway.class),
            (gateway, timeout) ->
                gateway.registerTaskExecutor(
                    new TaskExecutorRegistration(
                        context.identity().address(),
                        context.identity().location(),
                        context.config().hardware(),
                        jobs.slots().report(),
                        jobs.availability()),
                    timeout),
            context.config().registration(),
            context.mainThread());
    registration = attempt;
    context.orFault(
        beginning
            .of(attempt)
            .thenAccept(
                outcome -> {
                  if (registration == attempt) {
                    onRegistered(id, outcome.gateway(), outcome.response());
                  }
                }));
  }

  private void onRegistered(
      ResourceManagerId id, ResourceManagerGateway gateway, RegistrationResponse response) {
    registration = null;
    if (!(response instanceof RegistrationResponse.TaskExecutorSuccess success)) {
      context
          .services()
          .fatalErrorHandler()
          .onFatalError(
              new IllegalStateException(
                  "TaskExecutor "
                      + context.resourceId()
                      + " was rejected by the ResourceManager of session "
                      + id
                      + ": "
                      + response));
      return;
    }
    disarmRegistrationTimer();
    Established peer = new Established(gateway, success.registrationId());
    established = peer;
    LOG.info(
        "Registered at the ResourceManager of session {} as {}.", id, success.registrationId());
    heartbeats.monitor(id, () -> beat(peer));
    heartbeats.beatSoon(id); // slots may have changed since they were reported
    jobs.sessionLives(id.value());
  }

  private CompletableFuture<?> beat(Established peer) {
    flushFreed();
    return peer.gateway()
        .heartbeatFromTaskManager(
            context.resourceId(),
            peer.registrationId(),
            new TaskExecutorHeartbeat.ToResourceManager(
                jobs.slots().report(), freeHeap.getAsLong(), jobs.availability()),
            context.config().heartbeat().timeout())
        .whenCompleteAsync(
            (answer, failure) -> {
              if (failure != null && isStill(peer) && PeerFailures.isRegistrationOver(failure)) {
                registerAgain(ExceptionUtils.describe(failure));
              }
            },
            context.mainThread());
  }

  private boolean isStill(Established peer) {
    return established != null && established.registrationId().equals(peer.registrationId());
  }

  private void armRegistrationTimer() {
    disarmRegistrationTimer();
    Duration timeout = context.config().timeouts().registration();
    registrationTimer =
        context
            .mainThread()
            .schedule(this::onRegistrationTimeout, timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void disarmRegistrationTimer() {
    ScheduledFuture<?> armed = registrationTimer;
    registrationTimer = null;
    if (armed != null) {
      armed.cancel(false);
    }
  }

  private void onRegistrationTimeout() {
    registrationTimer = null;
    if (established != null || stopped) {
      return;
    }
    if (jobs.isServing()) {
      LOG.warn(
          "No ResourceManager has taken this TaskExecutor in, but it serves jobs: waiting on.");
      armRegistrationTimer();
      return;
    }
    String tried =
        leader == null
            ? "no leader is known; check that a JobManager runs and that both have the same"
                + " high-availability settings"
            : "the ResourceManager of session "
                + leader.sessionId()
                + " at "
                + leader.resourceManagerAddress()
                + " did not take it in";
    context
        .services()
        .fatalErrorHandler()
        .onFatalError(
            new RegistrationTimeoutException(
                "TaskExecutor "
                    + context.resourceId()
                    + " could not register within "
                    + context.config().timeouts().registration().toSeconds()
                    + " s (taskmanager.registration.timeout): "
                    + tried
                    + "."));
  }

  private final class LossListener implements HeartbeatListener<ResourceManagerId> {
    @Override
    public CompletableFuture<Boolean> answers(ResourceManagerId id) {
      Established peer = established;
      return peer == null
          ? CompletableFuture.completedFuture(false)
          : context.rpc().answers(peer.gateway().getAddress());
    }

    @Override
    public void notifyHeartbeatTimeout(ResourceManagerId id) {
      registerAgain(
          "no heartbeat for " + context.config().heartbeat().timeout().toMillis() + " ms");
    }

    @Override
    public void notifyTargetUnreachable(ResourceManagerId id) {
      registerAgain("heartbeats could not be delivered");
    }
  }
}
