package org.stellwerk.runtime.taskexecutor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.heartbeat.HeartbeatListener;
import org.stellwerk.runtime.heartbeat.HeartbeatSender;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.registration.RetryingRegistration;
import org.stellwerk.util.ExceptionUtils;

/**
 * The TaskExecutor's side of one leader session of one job: registers at the JobMaster, offers it
 * the job's slots, beats it, tells it the states of attempts. What any of that means for slots and
 * tasks the owner decides. In the main thread; ends with {@link #close()} or {@link #leave}, after
 * which the owner hears nothing of it.
 */
final class JobLeaderConnection {

  private static final Logger LOG = LoggerFactory.getLogger(JobLeaderConnection.class);

  /** The TaskExecutor, as the connection knows it. */
  interface Owner {
    /** The attempts of the job that run here. */
    List<TaskExecutorHeartbeat.ExecutionStatus> executionsOf(JobID jobId);

    /** Slots of the job that its master has accepted. */
    List<AllocationID> activeSlots(JobID jobId);

    /** Slots of the job that its master has not accepted. */
    List<SlotOffer> openOffers(JobID jobId);

    /** The JobMaster has answered an offer; what it did not accept it does not want. */
    void onOfferAnswered(
        JobLeaderConnection connection,
        List<SlotOffer> offered,
        List<SlotOffer> accepted,
        String reasonForOthers);

    /** The JobMaster does not know an attempt, which may have ended. */
    void onAttemptRefused(JobID jobId, ExecutionAttemptID attemptId, String reason);

    /** The JobMaster knows the last state of every attempt that has ended. */
    void onStatesAcknowledged(JobLeaderConnection connection);

    /** The JobMaster is gone, or does not want this TaskExecutor. */
    void onJobMasterLoss(JobLeaderConnection connection, String reason);
  }

  /** What exists once the JobMaster has taken the TaskExecutor in. */
  private record Established(JobMasterGateway gateway, TaskStateReporter reporter) {}

  private final JobID jobId;
  private final JobMasterAddress target;
  private final ConnectionContext context;
  private final Owner owner;
  private final RetryingRegistration<JobMasterGateway> registration;
  private final HeartbeatSender<JobID> heartbeats;
  private @Nullable Established established;
  private @Nullable RepeatedCall<List<SlotOffer>> offerInFlight;
  private boolean closed;

  JobLeaderConnection(
      JobID jobId, JobMasterAddress target, ConnectionContext context, Owner owner) {
    this.jobId = jobId;
    this.target = target;
    this.context = context;
    this.owner = owner;
    this.registration =
        new RetryingRegistration<>(
            "JobMaster of job " + jobId + " at " + target.address(),
            () ->
                context
                    .rpc()
                    .connect(target.address(), target.jobMasterId(), JobMasterGateway.class),
            (gateway, timeout) ->
                gateway.registerTaskManager(
                    jobId, context.identity().address(), context.identity().location(), timeout),
            context.config().registration(),
            context.mainThread());
    this.heartbeats =
        new HeartbeatSender<>(
            context.config().heartbeat(),
            new LossListener(),
            context.mainThread(),
            context.services().clock());
  }

  JobID jobId() {
    return jobId;
  }

  JobMasterId jobMasterId() {
    return target.jobMasterId();
  }

  /** Where the JobMaster is. */
  String address() {
    return target.address();
  }

  boolean isConnected() {
    return established != null && !closed;
  }

  /** Begins to register. */
  void start() {
    context.orFault(
        registration
            .start()
            .thenAccept(outcome -> onRegistered(outcome.gateway(), outcome.response())));
  }

  /**
   * Offers what is open; while an offer is on its way, what has come since is offered after its
   * answer.
   */
  void offerSlots() {
    Established peer = established;
    if (peer == null || closed || offerInFlight != null) {
      return;
    }
    List<SlotOffer> offers = owner.openOffers(jobId);
    if (offers.isEmpty()) {
      return;
    }
    LOG.info("Offering {} slots to the JobMaster of job {}.", offers.size(), jobId);
    RepeatedCall<List<SlotOffer>> call =
        new RepeatedCall<>(
            () ->
                peer.gateway()
                    .offerSlots(
                        context.resourceId(), offers, context.config().timeouts().repetition()),
            context,
            (accepted, failure) -> onOfferAnswered(offers, accepted, failure));
    offerInFlight = call;
    call.start();
  }

  /** Tells the state of an attempt; nobody is told without a connection. */
  void report(TaskExecutionState state) {
    Established peer = established;
    if (peer != null && !closed) {
      peer.reporter().report(state);
    }
  }

  /** Whether the JobMaster knows everything that it was to be told. */
  boolean isDrained() {
    Established peer = established;
    return peer == null || peer.reporter().isDrained();
  }

  /** A slot that the JobMaster believes to have is not there. */
  void failSlot(SlotOffer slot, String reason) {
    Established peer = established;
    if (peer != null && !closed) {
      peer.gateway().failSlot(context.resourceId(), slot.allocationId(), reason);
    }
  }

  /** Tells what is still to be told, says goodbye and closes. */
  void leave(TaskManagerLoss goodbye) {
    Established peer = established;
    if (peer != null && !closed) {
      peer.reporter().flush();
      peer.gateway().disconnectTaskManager(context.resourceId(), goodbye);
    }
    close();
  }

  /** Ends the connection without a word. */
  void close() {
    closed = true;
    registration.close();
    heartbeats.stop();
    RepeatedCall<List<SlotOffer>> offer = offerInFlight;
    if (offer != null) {
      offer.close();
    }
    Established peer = established;
    if (peer != null) {
      peer.reporter().close();
    }
  }

  private void onRegistered(JobMasterGateway gateway, RegistrationResponse response) {
    if (closed) {
      return;
    }
    if (!(response instanceof RegistrationResponse.JobMasterTaskExecutorSuccess)) {
      owner.onJobMasterLoss(this, "it refused this TaskExecutor: " + response);
      return;
    }
    LOG.info(
        "Registered at the JobMaster of job {}, session {}, at {}.",
        jobId,
        target.jobMasterId(),
        target.address());
    established =
        new Established(gateway, new TaskStateReporter(gateway, context, new StateListener()));
    heartbeats.monitor(jobId, () -> beat(gateway));
    offerSlots();
  }

  private void onOfferAnswered(
      List<SlotOffer> offered, @Nullable List<SlotOffer> accepted, @Nullable Throwable failure) {
    offerInFlight = null;
    if (failure == null) {
      owner.onOfferAnswered(
          this, offered, accepted == null ? List.of() : accepted, "the JobMaster did not take it");
    } else if (PeerFailures.isSessionOver(failure)) {
      owner.onJobMasterLoss(this, ExceptionUtils.describe(failure));
    } else {
      owner.onOfferAnswered(
          this,
          offered,
          List.of(),
          "the JobMaster refused the offer: " + ExceptionUtils.describe(failure));
    }
    offerSlots();
  }

  private CompletableFuture<?> beat(JobMasterGateway gateway) {
    Established peer = established;
    List<TaskExecutorHeartbeat.ExecutionStatus> executions =
        new ArrayList<>(owner.executionsOf(jobId));
    if (peer != null) {
      executions.addAll(peer.reporter().unacknowledgedEnds());
    }
    return gateway
        .heartbeatFromTaskManager(
            context.resourceId(),
            new TaskExecutorHeartbeat.ToJobMaster(
                executions,
                owner.activeSlots(jobId),
                owner.openOffers(jobId).stream().map(SlotOffer::allocationId).toList()),
            context.config().heartbeat().timeout())
        .whenCompleteAsync(
            (answer, failure) -> {
              if (failure != null && !closed && PeerFailures.isSessionOver(failure)) {
                owner.onJobMasterLoss(this, ExceptionUtils.describe(failure));
              }
            },
            context.mainThread());
  }

  private final class LossListener implements HeartbeatListener<JobID> {
    @Override
    public void notifyHeartbeatTimeout(JobID job) {
      owner.onJobMasterLoss(
          JobLeaderConnection.this,
          "no heartbeat for " + context.config().heartbeat().timeout().toMillis() + " ms");
    }

    @Override
    public void notifyTargetUnreachable(JobID job) {
      owner.onJobMasterLoss(
          JobLeaderConnection.this, "heartbeats could not be delivered to " + target.address());
    }
  }

  private final class StateListener implements TaskStateReporter.Listener {
    @Override
    public void onRefused(TaskExecutionState state, Throwable failure) {
      if (PeerFailures.isSessionOver(failure)) {
        owner.onJobMasterLoss(JobLeaderConnection.this, ExceptionUtils.describe(failure));
      } else {
        owner.onAttemptRefused(jobId, state.attemptId(), ExceptionUtils.describe(failure));
      }
    }

    @Override
    public void onDrained() {
      owner.onStatesAcknowledged(JobLeaderConnection.this);
    }
  }
}
