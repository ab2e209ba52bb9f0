package org.stellwerk.runtime.resourcemanager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.heartbeat.MonitoredPeers;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.ResourceOverview;
import org.stellwerk.runtime.messages.ResourceRequirements;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;
import org.stellwerk.runtime.messages.TaskManagerInfo;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.exceptions.UnknownJobMasterException;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;
import org.stellwerk.runtime.registration.PeerAcceptance;

/**
 * Knows the cluster's TaskExecutors and JobMasters in one leader session and has its {@link
 * SlotManager} bring their slots and needs together. All state is soft: it comes back with the
 * registrations, reports and declarations of the next session.
 *
 * <p>A peer that registers again replaces its older registration, whose slots are dropped first.
 * Both kinds of peers beat, this side answers and watches; a silent peer is disconnected and told
 * so once. A peer that says goodbye is not told anything. The loss of a TaskExecutor is passed on
 * to all JobMasters in the same turn, and what a JobMaster has lost is looked at here: a death is
 * learnt once for the whole session.
 */
public final class ResourceManager extends FencedRpcEndpoint<ResourceManagerId>
    implements ResourceManagerGateway {

  private static final Logger LOG = LoggerFactory.getLogger(ResourceManager.class);

  private final ResourceID resourceId;
  private final ResourceManagerConfig config;
  private final RuntimeServices services;
  private final SlotManager slotManager;
  private final MonitoredPeers<ResourceID, TaskExecutorConnection> taskExecutors;
  private final MonitoredPeers<JobID, JobMasterConnection> jobMasters;
  private final Availabilities availabilities;
  private final PeerAcceptance<ResourceID> taskExecutorAcceptance;
  private final PeerAcceptance<JobID> jobMasterAcceptance;

  /** A ResourceManager for one leader session, not started. */
  public ResourceManager(
      RpcService rpc,
      ResourceManagerId session,
      ResourceID resourceId,
      ResourceManagerConfig config,
      RuntimeServices services) {
    super(rpc, LeaderInformation.resourceManagerName(session.value()), session);
    this.resourceId = resourceId;
    this.config = config;
    this.services = services;
    TaskManagerLoss silence = TaskManagerLoss.silent(config.heartbeatTimeout().toMillis());
    this.taskExecutors =
        peers(id -> loseTaskExecutor(id, silence), TaskExecutorConnection::gateway);
    this.jobMasters =
        peers(id -> loseJobMaster(id, silence.reason()), JobMasterConnection::gateway);
    this.slotManager =
        new SlotManager(
            new RpcSlotActions(
                session,
                taskExecutors,
                jobMasters,
                config.requestTimeout(),
                getMainThreadExecutor()),
            new EvenSpreadStrategy(),
            services.ids(),
            services.transitions());
    this.availabilities = new Availabilities(taskExecutors, jobMasters, slotManager);
    this.taskExecutorAcceptance = acceptance();
    this.jobMasterAcceptance = acceptance();
  }

  private <I, P> MonitoredPeers<I, P> peers(
      Consumer<I> onSilence, Function<P, RpcGateway> gateway) {
    return new MonitoredPeers<>(
        config.heartbeatTimeout(),
        onSilence,
        peer -> getRpcService().answers(gateway.apply(peer).getAddress()),
        getMainThreadExecutor(),
        services.clock());
  }

  private <I> PeerAcceptance<I> acceptance() {
    return new PeerAcceptance<>("resourcemanager", services.faultPoints(), getMainThreadExecutor());
  }

  @Override
  protected void onStart() {
    registerPeerListener(this::losePeer);
    LOG.info("ResourceManager of session {} started at {}.", getFencingToken(), getAddress());
    if (!config.startUpTime().isNegative()) {
      scheduleRunAsync(slotManager::endStartUpPeriod, config.startUpTime());
    }
  }

  @Override
  protected CompletableFuture<Void> onStop() {
    String reason = "ResourceManager of session " + getFencingToken() + " stops.";
    LOG.info(
        "{} Connected: {} TaskExecutors, {} JobMasters.",
        reason,
        taskExecutors.size(),
        jobMasters.size());
    taskExecutorAcceptance.clear();
    jobMasterAcceptance.clear();
    for (TaskExecutorConnection connection : taskExecutors.all()) {
      connection.gateway().disconnectResourceManager(getFencingToken(), reason);
    }
    for (JobMasterConnection connection : jobMasters.all()) {
      connection.gateway().disconnectResourceManager(reason);
    }
    taskExecutors.stopMonitoring();
    jobMasters.stopMonitoring();
    return services.faultPoints().reach("resourcemanager.goodbye-said");
  }

  private void losePeer(String process, String reason) {
    TaskManagerLoss gone = TaskManagerLoss.gone(reason);
    taskExecutors
        .at(process, connection -> connection.gateway().getAddress())
        .forEach(connection -> loseTaskExecutor(connection.resourceId(), gone));
    jobMasters
        .at(process, connection -> connection.gateway().getAddress())
        .forEach(connection -> loseJobMaster(connection.jobId(), gone.reason()));
  }

  @Override
  public CompletableFuture<RegistrationResponse> registerTaskExecutor(
      TaskExecutorRegistration registration, Duration timeout) {
    ResourceID peer = registration.location().resourceId();
    String mistake = mistakeIn(peer, registration.slotReport());
    if (mistake != null) {
      LOG.warn("Rejected the registration of TaskExecutor {}: {}", peer, mistake);
      return CompletableFuture.completedFuture(new RegistrationResponse.Rejection(mistake));
    }
    return taskExecutorAcceptance.accept(
        peer,
        getRpcService().connect(registration.taskExecutorAddress(), TaskExecutorGateway.class),
        gateway -> addTaskExecutor(registration, gateway));
  }

  private static @Nullable String mistakeIn(ResourceID peer, SlotReport report) {
    TreeSet<SlotID> seen = new TreeSet<>();
    for (SlotStatus slot : report.slots()) {
      if (!slot.slotId().resourceId().equals(peer)) {
        return "slot " + slot.slotId() + " is not a slot of " + peer;
      }
      if (!seen.add(slot.slotId())) {
        return "slot " + slot.slotId() + " is reported twice";
      }
    }
    return null;
  }

  private RegistrationResponse addTaskExecutor(
      TaskExecutorRegistration registration, TaskExecutorGateway gateway) {
    ResourceID peer = registration.location().resourceId();
    InstanceID registrationId = InstanceID.generate(services.ids());
    TaskExecutorConnection former =
        taskExecutors.put(
            peer,
            new TaskExecutorConnection(
                registrationId, registration, gateway, services.clock().absoluteTimeMillis()));
    LOG.info(
        "TaskExecutor {} registered{} with {} slots as {}, at {}.",
        peer,
        former == null ? "" : " again",
        registration.slotReport().slots().size(),
        registrationId,
        registration.taskExecutorAddress());
    availabilities.onRegistration(former, registration.availability());
    if (former == null) {
      slotManager.registerTaskExecutor(
          registrationId, registration.slotReport(), registration.availability().isOpen());
    } else {
      if (!former.gateway().getAddress().equals(gateway.getAddress())) {
        tellJobMasters(peer, TaskManagerLoss.gone("another one has registered under its id"));
      }
      slotManager.replaceTaskExecutor(
          former.registrationId(),
          registrationId,
          registration.slotReport(),
          registration.availability().isOpen());
    }
    return new RegistrationResponse.TaskExecutorSuccess(registrationId, resourceId);
  }

  @Override
  public CompletableFuture<RegistrationResponse> registerJobMaster(
      JobMasterId jobMasterId,
      ResourceID jobMasterResourceId,
      String jobMasterAddress,
      JobID jobId,
      Duration timeout) {
    return jobMasterAcceptance.accept(
        jobId,
        getRpcService().connect(jobMasterAddress, jobMasterId, JobMasterGateway.class),
        gateway ->
            addJobMaster(
                new JobMasterConnection(jobId, jobMasterId, jobMasterResourceId, gateway)));
  }

  private RegistrationResponse addJobMaster(JobMasterConnection connection) {
    JobID jobId = connection.jobId();
    JobMasterConnection former = jobMasters.get(jobId);
    if (former != null && !former.jobMasterId().equals(connection.jobMasterId())) {
      String reason = "Job " + jobId + " has a newer JobMaster, " + connection.jobMasterId();
      removeJobMaster(former, reason);
      former.gateway().disconnectResourceManager(reason);
    }
    boolean again = jobMasters.put(jobId, connection) != null;
    LOG.info(
        "JobMaster {} of job {} registered{}.",
        connection.jobMasterId(),
        jobId,
        again ? " again" : "");
    availabilities.tellDraining(connection);
    return new RegistrationResponse.JobMasterSuccess(getFencingToken(), resourceId);
  }

  @Override
  public CompletableFuture<Acknowledge> declareRequiredResources(
      JobMasterId jobMasterId, ResourceRequirements requirements, Duration timeout) {
    JobMasterConnection connection = jobMasters.get(requirements.jobId());
    if (connection == null || !connection.jobMasterId().equals(jobMasterId)) {
      return CompletableFuture.failedFuture(
          unknownJobMaster(requirements.jobId(), connection, "JobMaster " + jobMasterId));
    }
    slotManager.declareRequirement(
        requirements.jobId(),
        new JobMasterAddress(requirements.jobMasterAddress(), jobMasterId),
        requirements.version(),
        requirements.numberOfSlots());
    return services.faultPoints().pass("resourcemanager.resources-declared", Acknowledge.INSTANCE);
  }

  @Override
  public CompletableFuture<Acknowledge> heartbeatFromJobMaster(
      ResourceID jobMasterResourceId, JobID jobId, Duration timeout) {
    JobMasterConnection connection = jobMasters.get(jobId);
    if (connection == null || !connection.resourceId().equals(jobMasterResourceId)) {
      return CompletableFuture.failedFuture(
          unknownJobMaster(jobId, connection, "The JobMaster in " + jobMasterResourceId));
    }
    jobMasters.heardFrom(jobId);
    return CompletableFuture.completedFuture(Acknowledge.INSTANCE);
  }

  private UnknownJobMasterException unknownJobMaster(
      JobID jobId, @Nullable JobMasterConnection registered, String caller) {
    return new UnknownJobMasterException(
        caller
            + " of job "
            + jobId
            + " is not registered at the ResourceManager of session "
            + getFencingToken()
            + (registered == null
                ? ""
                : "; registered is "
                    + registered.jobMasterId()
                    + " in "
                    + registered.resourceId()));
  }

  @Override
  public void notifySlotsAvailable(InstanceID registrationId, List<SlotAllocation> freed) {
    slotManager.slotsFreed(registrationId, freed);
  }

  @Override
  public CompletableFuture<Acknowledge> heartbeatFromTaskManager(
      ResourceID taskManagerId,
      InstanceID registrationId,
      TaskExecutorHeartbeat.ToResourceManager payload,
      Duration timeout) {
    TaskExecutorConnection connection = taskExecutors.get(taskManagerId);
    if (connection == null || !connection.registrationId().equals(registrationId)) {
      return CompletableFuture.failedFuture(
          new UnknownTaskExecutorException(
              "TaskExecutor "
                  + taskManagerId
                  + " is not registered as "
                  + registrationId
                  + " at the ResourceManager of session "
                  + getFencingToken()));
    }
    taskExecutors.heardFrom(taskManagerId);
    connection.heartbeat(services.clock().absoluteTimeMillis(), payload.freeHeap());
    slotManager.reportSlots(registrationId, payload.slotReport());
    availabilities.onReport(connection, payload.availability());
    return CompletableFuture.completedFuture(Acknowledge.INSTANCE);
  }

  @Override
  public CompletableFuture<Acknowledge> setTaskManagerAvailability(
      ResourceID taskManagerId, Availability.Mode mode, Duration timeout) {
    TaskExecutorConnection connection = taskExecutors.get(taskManagerId);
    if (connection == null) {
      return CompletableFuture.failedFuture(
          new UnknownTaskExecutorException("No TaskManager " + taskManagerId + " is registered"));
    }
    LOG.info("TaskManager {} is to be {}.", taskManagerId, mode);
    return connection
        .gateway()
        .setAvailability(mode, getFencingToken(), timeout)
        .thenApplyAsync(
            availability -> {
              if (taskExecutors.get(taskManagerId) == connection) {
                availabilities.onReport(connection, availability);
              }
              return Acknowledge.INSTANCE;
            },
            getMainThreadExecutor());
  }

  @Override
  public void disconnectTaskManager(ResourceID taskManagerId, TaskManagerLoss loss) {
    if (loss.kind() == TaskManagerLoss.Kind.SILENT) {
      if (taskExecutors.seemsSilent(taskManagerId)) {
        loseTaskExecutor(taskManagerId, loss);
      }
      return;
    }
    taskExecutorAcceptance.forget(taskManagerId);
    if (removeTaskExecutor(taskManagerId, loss.reason()) != null) {
      tellJobMasters(taskManagerId, loss);
    }
  }

  @Override
  public void disconnectJobMaster(
      JobID jobId, JobMasterId jobMasterId, JobStatus status, String reason) {
    JobMasterConnection connection = jobMasters.get(jobId);
    if (connection != null && connection.jobMasterId().equals(jobMasterId)) {
      removeJobMaster(connection, reason + " (job is " + status + ")");
    }
  }

  private void loseTaskExecutor(ResourceID peer, TaskManagerLoss loss) {
    TaskExecutorConnection connection = removeTaskExecutor(peer, loss.reason());
    if (connection != null) {
      connection.gateway().disconnectResourceManager(getFencingToken(), loss.reason());
      tellJobMasters(peer, loss);
    }
  }

  /** They learn of it in this instant, so that nobody goes on with slots that are gone here. */
  private void tellJobMasters(ResourceID taskManagerId, TaskManagerLoss loss) {
    if (loss.concernsEverybody()) {
      jobMasters
          .all()
          .forEach(jobMaster -> jobMaster.gateway().disconnectTaskManager(taskManagerId, loss));
    }
  }

  private void loseJobMaster(JobID jobId, String reason) {
    JobMasterConnection connection = jobMasters.get(jobId);
    if (connection != null) {
      removeJobMaster(connection, reason);
      connection.gateway().disconnectResourceManager(reason);
    }
  }

  private @Nullable TaskExecutorConnection removeTaskExecutor(ResourceID peer, String reason) {
    TaskExecutorConnection connection = taskExecutors.remove(peer);
    if (connection != null) {
      int slots = slotManager.totalSlotsOf(connection.registrationId());
      LOG.info("TaskExecutor {} is gone with its {} slots: {}", peer, slots, reason);
      if (connection.availability().isDraining()) {
        availabilities.tellDraining();
      }
      slotManager.unregisterTaskExecutor(connection.registrationId());
    }
    return connection;
  }

  private void removeJobMaster(JobMasterConnection connection, String reason) {
    jobMasters.remove(connection.jobId());
    slotManager.clearRequirement(connection.jobId());
    LOG.info(
        "JobMaster {} of job {} is gone: {}", connection.jobMasterId(), connection.jobId(), reason);
  }

  @Override
  public CompletableFuture<ResourceOverview> requestResourceOverview(Duration timeout) {
    return CompletableFuture.completedFuture(
        new ResourceOverview(
            taskExecutors.size(), slotManager.totalSlots(), slotManager.freeSlots()));
  }

  @Override
  public CompletableFuture<List<TaskManagerInfo>> requestTaskManagerInfos(Duration timeout) {
    List<TaskManagerInfo> infos = new ArrayList<>();
    for (TaskExecutorConnection connection : taskExecutors.all()) {
      InstanceID id = connection.registrationId();
      infos.add(connection.info(slotManager.totalSlotsOf(id), slotManager.freeSlotsOf(id)));
    }
    infos.sort(Comparator.comparing(info -> info.location().resourceId()));
    return CompletableFuture.completedFuture(infos);
  }

  /** Checks what always holds; for tests and the simulator, in the main thread. */
  public void checkInvariants() {
    validateRunsInMainThread();
    slotManager.checkInvariants();
    if (slotManager.numberOfTaskExecutors() != taskExecutors.size()) {
      throw new IllegalStateException(
          "The SlotManager knows "
              + slotManager.numberOfTaskExecutors()
              + " TaskExecutors, connected are "
              + taskExecutors.ids());
    }
  }

  /** What it knows now; for tests and the simulator, in the main thread. */
  public ResourceManagerSnapshot snapshot() {
    List<ResourceManagerSnapshot.TaskExecutor> registered = new ArrayList<>();
    taskExecutors.all().forEach(connection -> registered.add(connection.snapshot()));
    List<ResourceManagerSnapshot.JobMaster> masters = new ArrayList<>();
    jobMasters.all().forEach(connection -> masters.add(connection.snapshot()));
    return new ResourceManagerSnapshot(
        getFencingToken(), registered, slotManager.registrations(), slotManager.needs(), masters);
  }
}
