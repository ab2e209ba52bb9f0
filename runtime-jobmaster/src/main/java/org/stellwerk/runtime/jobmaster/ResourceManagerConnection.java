package org.stellwerk.runtime.jobmaster;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.heartbeat.HeartbeatListener;
import org.stellwerk.runtime.heartbeat.HeartbeatSender;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.ResourceRequirements;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.registration.RetryingRegistration;
import org.stellwerk.util.ExceptionUtils;
import org.stellwerk.util.FatalErrorHandler;

/**
 * A JobMaster's connection to the ResourceManager of its session: registers, beats, registers again
 * when either side lost the other, and keeps the ResourceManager informed of the job's need: the
 * newest declaration is sent with each new connection and repeated until it is acknowledged. A
 * larger need is sent at once, a smaller one after what waits for the main thread already, so that
 * a job of whose tasks many end at a time does not send a message for each. Component of the
 * JobMaster, in its main thread; soft state.
 *
 * <p>States: idle → registering ⇄ connected; closed from each of them, for ever.
 */
final class ResourceManagerConnection {

  private static final Logger LOG = LoggerFactory.getLogger(ResourceManagerConnection.class);

  /** Who registers where. */
  record Parties(
      JobID jobId,
      JobMasterId jobMasterId,
      ResourceID jobMasterResourceId,
      String jobMasterAddress,
      String resourceManagerAddress) {

    ResourceManagerId resourceManagerId() {
      return new ResourceManagerId(jobMasterId.value());
    }
  }

  private final Parties parties;
  private final RpcService rpc;
  private final JobMasterConfig config;
  private final ComponentMainThreadExecutor mainThread;
  private final HeartbeatSender<ResourceID> heartbeats;
  private final FatalErrorHandler fatalErrorHandler;
  private final FaultPoints faultPoints;
  private @Nullable RetryingRegistration<ResourceManagerGateway> registration;
  private @Nullable ResourceManagerGateway gateway;
  private @Nullable ResourceID peer;
  private @Nullable ResourceRequirements requirements;
  private @Nullable ResourceRequirements sent;
  private @Nullable ScheduledFuture<?> retryTimer;
  private boolean closed;

  ResourceManagerConnection(
      Parties parties,
      RpcService rpc,
      JobMasterConfig config,
      ComponentMainThreadExecutor mainThread,
      RuntimeServices services) {
    this.parties = parties;
    this.rpc = rpc;
    this.config = config;
    this.mainThread = mainThread;
    this.heartbeats =
        new HeartbeatSender<>(config.heartbeat(), new LossListener(), mainThread, services.clock());
    this.fatalErrorHandler = services.fatalErrorHandler();
    this.faultPoints = services.faultPoints();
  }

  /** Begins to register. */
  void start() {
    register();
  }

  private void register() {
    if (closed || registration != null) {
      return;
    }
    RetryingRegistration<ResourceManagerGateway> attempt =
        new RetryingRegistration<>(
            "ResourceManager " + parties.resourceManagerAddress(),
            () ->
                rpc.connect(
                    parties.resourceManagerAddress(),
                    parties.resourceManagerId(),
                    ResourceManagerGateway.class),
            (target, timeout) ->
                target.registerJobMaster(
                    parties.jobMasterId(),
                    parties.jobMasterResourceId(),
                    parties.jobMasterAddress(),
                    parties.jobId(),
                    timeout),
            config.registration(),
            mainThread);
    registration = attempt;
    FutureUtils.assertNoException(
        attempt
            .start()
            .thenAccept(
                outcome -> {
                  if (registration == attempt && !closed) {
                    registration = null;
                    onRegistered(outcome);
                  }
                }),
        fatalErrorHandler);
  }

  private void onRegistered(RetryingRegistration.Outcome<ResourceManagerGateway> outcome) {
    if (outcome.response() instanceof RegistrationResponse.JobMasterSuccess success) {
      connected(outcome.gateway(), success.resourceManagerResourceId());
      return;
    }
    LOG.warn(
        "Job {}: the ResourceManager refused the registration, trying again: {}",
        parties.jobId(),
        outcome.response());
    cancelRetry();
    retryTimer =
        mainThread.schedule(
            this::register, config.registration().refusedDelay().toNanos(), TimeUnit.NANOSECONDS);
  }

  private void connected(ResourceManagerGateway newGateway, ResourceID resourceManager) {
    LOG.debug("Job {}: registered at ResourceManager {}.", parties.jobId(), resourceManager);
    gateway = newGateway;
    peer = resourceManager;
    heartbeats.monitor(
        resourceManager,
        () -> {
          var answer =
              newGateway.heartbeatFromJobMaster(
                  parties.jobMasterResourceId(), parties.jobId(), config.heartbeat().timeout());
          answer.whenCompleteAsync((ack, failure) -> onBeat(newGateway, failure), mainThread);
          return answer;
        });
    send();
  }

  private void onBeat(ResourceManagerGateway target, @Nullable Throwable failure) {
    if (failure == null || gateway != target) {
      return;
    }
    Throwable cause = ExceptionUtils.stripCompletionException(failure);
    if (!(cause instanceof TimeoutException) && !(cause instanceof RpcException)) {
      reconnect("it does not know this JobMaster: " + ExceptionUtils.describe(cause));
    }
  }

  /** The connection is of no use: register again. */
  void reconnect(String reason) {
    ResourceID lost = peer;
    if (closed || lost == null) {
      return;
    }
    LOG.info(
        "Job {}: lost ResourceManager {}, registering again: {}", parties.jobId(), lost, reason);
    disconnect();
    register();
  }

  private void disconnect() {
    ResourceID lost = peer;
    if (lost != null) {
      heartbeats.unmonitor(lost);
    }
    peer = null;
    gateway = null;
    sent = null;
    cancelRetry();
  }

  /** The job's need; replaces what was declared before. */
  void declare(long version, int numberOfSlots) {
    if (closed) {
      return;
    }
    ResourceRequirements last = sent;
    requirements =
        new ResourceRequirements(
            parties.jobId(), parties.jobMasterAddress(), version, numberOfSlots);
    if (last == null || numberOfSlots > last.numberOfSlots()) {
      send();
    } else {
      mainThread.execute(this::sendIfNew);
    }
  }

  private void sendIfNew() {
    if (requirements != null && !requirements.equals(sent)) {
      send();
    }
  }

  private void send() {
    ResourceManagerGateway target = gateway;
    ResourceRequirements declared = requirements;
    if (target == null || declared == null || closed) {
      return;
    }
    cancelRetry();
    sent = declared;
    faultPoints
        .reach("jobmaster.before-need-declared")
        .thenCompose(
            ignored ->
                target.declareRequiredResources(
                    parties.jobMasterId(), declared, config.rpcTimeout()))
        .whenCompleteAsync(
            (ack, failure) -> onDeclared(target, declared, ack, failure), mainThread);
  }

  private void onDeclared(
      ResourceManagerGateway target,
      ResourceRequirements declared,
      @Nullable Acknowledge ack,
      @Nullable Throwable failure) {
    if (ack != null || closed || gateway != target || !declared.equals(requirements)) {
      return;
    }
    LOG.debug(
        "Job {}: {} was not acknowledged, trying again: {}",
        parties.jobId(),
        declared,
        failure == null ? "" : ExceptionUtils.describe(failure));
    cancelRetry();
    retryTimer =
        mainThread.schedule(
            this::send, config.registration().errorDelay().toNanos(), TimeUnit.NANOSECONDS);
  }

  /** A TaskManager that this side has lost may be lost to the ResourceManager as well. */
  void taskManagerLost(ResourceID taskManagerId, TaskManagerLoss loss) {
    ResourceManagerGateway target = gateway;
    if (target != null && !closed) {
      target.disconnectTaskManager(taskManagerId, loss);
    }
  }

  private void cancelRetry() {
    ScheduledFuture<?> armed = retryTimer;
    retryTimer = null;
    if (armed != null) {
      armed.cancel(false);
    }
  }

  /** Whether the JobMaster is registered. */
  boolean isConnected() {
    return gateway != null;
  }

  /** Ends the connection; the ResourceManager is told how the job stands. Idempotent. */
  void close(JobStatus status, String reason) {
    if (closed) {
      return;
    }
    ResourceManagerGateway target = gateway;
    RetryingRegistration<ResourceManagerGateway> open = registration;
    closed = true;
    registration = null;
    if (open != null) {
      open.close();
    }
    disconnect();
    heartbeats.stop();
    if (target != null) {
      target.disconnectJobMaster(parties.jobId(), parties.jobMasterId(), status, reason);
    }
  }

  private final class LossListener implements HeartbeatListener<ResourceID> {
    @Override
    public CompletableFuture<Boolean> answers(ResourceID resourceManager) {
      return rpc.answers(parties.resourceManagerAddress());
    }

    @Override
    public void notifyHeartbeatTimeout(ResourceID lost) {
      if (lost.equals(peer)) {
        reconnect("nothing was heard of it for " + config.heartbeat().timeout().toMillis() + " ms");
      }
    }

    @Override
    public void notifyTargetUnreachable(ResourceID lost) {
      if (lost.equals(peer)) {
        reconnect("it cannot be reached");
      }
    }
  }
}
