package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
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
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.TaskManagerRegistration;
import org.stellwerk.runtime.registration.RetryingRegistration;
import org.stellwerk.util.ExceptionUtils;

/**
 * The TaskExecutor's side of one leader session of one job: registers at the JobMaster, offering
 * what there is, offers it later slots, beats it, tells it the states of attempts. What any of that
 * means for slots and tasks the owner decides. In the main thread; ends with {@link #close()} or
 * {@link #leave}, after which the owner hears nothing of it.
 */
final class JobLeaderConnection {

  private static final Logger LOG = LoggerFactory.getLogger(JobLeaderConnection.class);
  private static final String NOT_TAKEN = "the JobMaster did not take it";

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

    /** The JobMaster has taken this TaskExecutor in, and what it goes on with. */
    void onRegistered(
        JobLeaderConnection connection,
        JobReport report,
        RegistrationResponse.JobMasterTaskExecutorSuccess answer);

    /** The process of the JobMaster answers, but there is no such JobMaster in it. */
    void onJobMasterNotFound(JobLeaderConnection connection);

    /** The JobMaster has ended, or will; the job may have another one. */
    void onJobMasterEnded(JobLeaderConnection connection, String reason);

    /** The JobMaster cannot be heard. */
    void onJobMasterSilent(JobLeaderConnection connection, String reason);

    /** The JobMaster lives, and does not want this TaskExecutor. */
    void onRefused(JobLeaderConnection connection, String reason);
  }

  /**
   * Where to register with what.
   *
   * @param registrationId of this connection
   * @param offers slots that are offered with the registration
   */
  record Target(
      JobID jobId,
      JobMasterAddress jobMaster,
      InstanceID registrationId,
      JobReport report,
      List<SlotOffer> offers) {}

  /** What exists once the JobMaster has taken the TaskExecutor in. */
  private record Established(JobMasterGateway gateway, TaskStateReporter reporter) {}

  private final Target target;
  private final JobID jobId;
  private final ConnectionContext context;
  private final Owner owner;
  private final RetryingRegistration<JobMasterGateway> registration;
  private final HeartbeatSender<JobID> heartbeats;

  /** States of attempts that were submitted before the registration was answered. */
  private final List<TaskExecutionState> early = new ArrayList<>(0);

  /** The JobMaster, once it may have taken the TaskExecutor in. */
  private @Nullable JobMasterGateway asked;

  private @Nullable Established established;
  private @Nullable RepeatedCall<List<SlotOffer>> offerInFlight;
  private boolean doubtful;
  private boolean closed;

  JobLeaderConnection(Target target, ConnectionContext context, Owner owner) {
    this.target = target;
    this.jobId = target.jobId();
    this.context = context;
    this.owner = owner;
    this.registration =
        new RetryingRegistration<>(
            "JobMaster of job " + jobId + " at " + address(),
            this::connect,
            this::register,
            context.config().registration(),
            context.mainThread());
    this.heartbeats =
        new HeartbeatSender<>(
            context.config().heartbeat(),
            new LossListener(),
            context.mainThread(),
            context.services().clock());
  }

  private CompletableFuture<JobMasterGateway> connect() {
    return heeded(context.rpc().connect(address(), jobMasterId(), JobMasterGateway.class));
  }

  private CompletableFuture<RegistrationResponse> register(
      JobMasterGateway gateway, Duration timeout) {
    asked = gateway;
    return heeded(
        gateway.registerTaskManager(
            new TaskManagerRegistration(
                jobId,
                target.registrationId(),
                context.identity().directAddress(),
                context.identity().location(),
                target.report(),
                target.offers()),
            timeout));
  }

  private <T> CompletableFuture<T> heeded(CompletableFuture<T> step) {
    step.whenCompleteAsync(
        (unused, failure) -> {
          if (failure != null && !closed && PeerFailures.isNotFound(failure)) {
            owner.onJobMasterNotFound(this);
          }
        },
        context.mainThread());
    return step;
  }

  JobID jobId() {
    return jobId;
  }

  JobMasterId jobMasterId() {
    return target.jobMaster().jobMasterId();
  }

  /** Where the JobMaster is. */
  String address() {
    return target.jobMaster().address();
  }

  boolean isConnected() {
    return established != null && !closed;
  }

  /**
   * A goodbye has come during the registration: most likely of an earlier connection, but it may
   * have overtaken the answer. Then the first heartbeat, which goes at once, will tell.
   */
  void doubt() {
    doubtful = true;
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

  /**
   * Tells the state of an attempt. The JobMaster may submit one as soon as it has the slots that
   * were offered with the registration; what becomes of it before the answer is told after it.
   */
  void report(TaskExecutionState state) {
    Established peer = established;
    if (closed) {
      return;
    }
    if (peer == null) {
      early.add(state);
    } else {
      peer.reporter().report(state);
    }
  }

  /** Ends of attempts that the JobMaster may not know. */
  List<TaskExecutionState> unacknowledgedEnds() {
    Established peer = established;
    return peer == null
        ? early.stream().filter(state -> state.state().isTerminal()).toList()
        : peer.reporter().unacknowledgedEnds();
  }

  /** Whether the JobMaster knows everything that it was to be told. */
  boolean isDrained() {
    Established peer = established;
    return peer == null ? unacknowledgedEnds().isEmpty() : peer.reporter().isDrained();
  }

  /** A slot that the JobMaster believes to have is not there. */
  void failSlot(SlotOffer slot, String reason) {
    Established peer = established;
    if (peer != null && !closed) {
      peer.gateway().failSlot(context.resourceId(), slot.allocationId(), reason);
    }
  }

  /**
   * Tells what is still to be told, says goodbye and closes. A registration without an answer may
   * have been accepted, with the slots that were offered: the goodbye arrives behind it.
   */
  void leave(TaskManagerLoss goodbye) {
    Established peer = established;
    JobMasterGateway listening = asked;
    if (listening != null && !closed) {
      if (peer != null) {
        peer.reporter().flush();
      }
      listening.disconnectTaskManager(context.resourceId(), goodbye);
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
    if (!(response instanceof RegistrationResponse.JobMasterTaskExecutorSuccess success)) {
      owner.onRefused(this, "it refused this TaskExecutor: " + response);
      return;
    }
    LOG.info(
        "Registered at the JobMaster of job {}, session {}, at {}.",
        jobId,
        jobMasterId(),
        gateway.getAddress());
    TaskStateReporter reporter = new TaskStateReporter(gateway, context, new StateListener());
    established = new Established(gateway, reporter);
    early.forEach(reporter::report);
    early.clear();
    heartbeats.monitor(jobId, () -> beat(gateway));
    if (doubtful) {
      heartbeats.beatSoon(jobId);
    }
    owner.onRegistered(this, target.report(), success);
    if (!closed) {
      owner.onOfferAnswered(this, target.offers(), success.accepted(), NOT_TAKEN);
      offerSlots();
    }
  }

  private void onOfferAnswered(
      List<SlotOffer> offered, @Nullable List<SlotOffer> accepted, @Nullable Throwable failure) {
    offerInFlight = null;
    if (failure == null) {
      owner.onOfferAnswered(this, offered, accepted == null ? List.of() : accepted, NOT_TAKEN);
    } else if (!onSessionOver(failure)) {
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
      for (TaskExecutionState end : peer.reporter().unacknowledgedEnds()) {
        executions.add(
            new TaskExecutorHeartbeat.ExecutionStatus(end.attemptId(), end.state(), end.metrics()));
      }
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
              if (failure != null) {
                onSessionOver(failure);
              }
            },
            context.mainThread());
  }

  /** Whether the failure means that the connection is of no use any more; acts upon it if so. */
  private boolean onSessionOver(Throwable failure) {
    boolean isForgotten = PeerFailures.isForgotten(failure);
    boolean isOver = isForgotten || PeerFailures.isSessionOver(failure);
    if (isOver && !closed) {
      String reason = ExceptionUtils.describe(failure);
      if (isForgotten) {
        owner.onRefused(this, reason);
      } else {
        owner.onJobMasterEnded(this, reason);
      }
    }
    return isOver;
  }

  private final class LossListener implements HeartbeatListener<JobID> {
    @Override
    public CompletableFuture<Boolean> answers(JobID job) {
      return context.rpc().answers(address());
    }

    @Override
    public void notifyHeartbeatTimeout(JobID job) {
      owner.onJobMasterSilent(
          JobLeaderConnection.this,
          "no heartbeat for " + context.config().heartbeat().timeout().toMillis() + " ms");
    }

    @Override
    public void notifyTargetUnreachable(JobID job) {
      owner.onJobMasterEnded(
          JobLeaderConnection.this, "heartbeats could not be delivered to " + address());
    }
  }

  private final class StateListener implements TaskStateReporter.Listener {
    @Override
    public boolean onSessionOver(Throwable failure) {
      return JobLeaderConnection.this.onSessionOver(failure);
    }

    @Override
    public void onRefused(TaskExecutionState state, Throwable failure) {
      owner.onAttemptRefused(jobId, state.attemptId(), ExceptionUtils.describe(failure));
    }

    @Override
    public void onDrained() {
      owner.onStatesAcknowledged(JobLeaderConnection.this);
    }
  }
}
