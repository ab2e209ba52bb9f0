package org.stellwerk.runtime.resourcemanager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.PeerListener;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.heartbeat.HeartbeatListener;
import org.stellwerk.runtime.heartbeat.HeartbeatMonitor;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.ResourceOverview;
import org.stellwerk.runtime.messages.ResourceRequirements;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;
import org.stellwerk.runtime.messages.TaskManagerInfo;
import org.stellwerk.runtime.messages.exceptions.UnknownJobMasterException;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;
import org.stellwerk.util.ExceptionUtils;

/**
 * Knows the cluster's TaskExecutors and JobMasters in one leader session and has its {@link
 * SlotManager} bring their slots and needs together. All state is soft: it comes back with the
 * registrations, reports and declarations of the next session.
 *
 * <p>A peer that registers again replaces its older registration, whose slots are dropped first.
 * Both kinds of peers beat, this side answers and watches; a silent peer is disconnected and told
 * so once. A peer that says goodbye is not told anything.
 */
public final class ResourceManager extends FencedRpcEndpoint<ResourceManagerId>
    implements ResourceManagerGateway {

  private static final Logger LOG = LoggerFactory.getLogger(ResourceManager.class);

  private final ResourceID resourceId;
  private final ResourceManagerConfig config;
  private final RuntimeServices services;
  private final SlotManager slotManager;
  private final HeartbeatMonitor<ResourceID> taskExecutorMonitor;
  private final HeartbeatMonitor<JobID> jobMasterMonitor;
  private final Map<ResourceID, TaskExecutorConnection> taskExecutors = new TreeMap<>();
  private final Map<JobID, JobMasterConnection> jobMasters = new LinkedHashMap<>();
  private final Map<Object, Long> latestAttempts = new LinkedHashMap<>();
  private long attempts;

  /** A ResourceManager for one leader session, not started. */
  public ResourceManager(
      RpcService rpc,
      ResourceManagerId id,
      ResourceID resourceId,
      ResourceManagerConfig config,
      RuntimeServices services) {
    super(rpc, LeaderInformation.resourceManagerName(id.value()), id);
    this.resourceId = resourceId;
    this.config = config;
    this.services = services;
    this.slotManager =
        new SlotManager(
            new Actions(), new EvenSpreadStrategy(), services.ids(), services.transitions());
    this.taskExecutorMonitor = monitor(this::loseTaskExecutor);
    this.jobMasterMonitor = monitor(this::loseJobMaster);
  }

  private <I> HeartbeatMonitor<I> monitor(BiConsumer<I, String> onLoss) {
    return new HeartbeatMonitor<>(
        config.heartbeatTimeout(),
        new LossListener<>(onLoss, config.heartbeatTimeout()),
        getMainThreadExecutor(),
        services.clock());
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
    taskExecutorMonitor.stop();
    jobMasterMonitor.stop();
    latestAttempts.clear();
    for (TaskExecutorConnection connection : taskExecutors.values()) {
      connection.gateway().disconnectResourceManager(getFencingToken(), reason);
    }
    for (JobMasterConnection connection : jobMasters.values()) {
      connection.gateway().disconnectResourceManager(reason);
    }
    return services.faultPoints().reach("resourcemanager.goodbye-said");
  }

  private void losePeer(String peer, String reason) {
    String why = "its process is gone: " + reason;
    for (ResourceID id : List.copyOf(taskExecutors.keySet())) {
      TaskExecutorConnection connection = taskExecutors.get(id);
      if (connection != null && PeerListener.isAt(connection.gateway().getAddress(), peer)) {
        loseTaskExecutor(id, why);
      }
    }
    for (JobMasterConnection connection : List.copyOf(jobMasters.values())) {
      if (PeerListener.isAt(connection.gateway().getAddress(), peer)) {
        loseJobMaster(connection.jobId(), why);
      }
    }
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
    return registered(
        peer,
        getRpcService().connect(registration.taskExecutorAddress(), TaskExecutorGateway.class),
        gateway -> addTaskExecutor(registration, gateway));
  }

  /**
   * Adds a peer once it is connected to, unless a later registration of the same peer has begun.
   * Fails if it cannot be connected to.
   */
  private <G> CompletableFuture<RegistrationResponse> registered(
      Object peer, CompletableFuture<G> connected, Function<G, RegistrationResponse> add) {
    long attempt = ++attempts;
    latestAttempts.put(peer, attempt);
    return connected
        .thenCombine(
            services.faultPoints().reach("resourcemanager.peer-connected"),
            (gateway, ignored) -> gateway)
        .handleAsync(
            (gateway, failure) -> {
              boolean latest = latestAttempts.remove(peer, attempt);
              if (failure != null) {
                return CompletableFuture.<RegistrationResponse>failedFuture(failure);
              }
              return CompletableFuture.completedFuture(
                  latest
                      ? add.apply(gateway)
                      : new RegistrationResponse.Failure(
                          "A later registration of " + peer + " is under way"));
            },
            getMainThreadExecutor())
        .thenCompose(response -> response)
        .thenCompose(
            response -> services.faultPoints().pass("resourcemanager.peer-registered", response));
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
    TaskExecutorConnection former = taskExecutors.remove(peer);
    InstanceID registrationId = InstanceID.generate(services.ids());
    taskExecutors.put(
        peer,
        new TaskExecutorConnection(
            registrationId, registration, gateway, services.clock().absoluteTimeMillis()));
    taskExecutorMonitor.monitor(peer);
    LOG.info(
        "TaskExecutor {} registered{} with {} slots as {}, at {}.",
        peer,
        former == null ? "" : " again",
        registration.slotReport().slots().size(),
        registrationId,
        registration.taskExecutorAddress());
    if (former == null) {
      slotManager.registerTaskExecutor(registrationId, registration.slotReport());
    } else {
      slotManager.replaceTaskExecutor(
          former.registrationId(), registrationId, registration.slotReport());
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
    return registered(
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
    jobMasterMonitor.monitor(jobId);
    LOG.info(
        "JobMaster {} of job {} registered{}.",
        connection.jobMasterId(),
        jobId,
        again ? " again" : "");
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
    jobMasterMonitor.heardFrom(jobId);
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
  public void notifySlotAvailable(
      InstanceID registrationId, SlotID slotId, AllocationID allocationId) {
    slotManager.slotFreed(registrationId, slotId, allocationId);
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
    taskExecutorMonitor.heardFrom(taskManagerId);
    connection.heartbeat(services.clock().absoluteTimeMillis(), payload.freeHeap());
    slotManager.reportSlots(registrationId, payload.slotReport());
    return CompletableFuture.completedFuture(Acknowledge.INSTANCE);
  }

  @Override
  public void disconnectTaskManager(ResourceID taskManagerId, String reason) {
    latestAttempts.remove(taskManagerId);
    removeTaskExecutor(taskManagerId, reason);
  }

  @Override
  public void disconnectJobMaster(
      JobID jobId, JobMasterId jobMasterId, JobStatus status, String reason) {
    JobMasterConnection connection = jobMasters.get(jobId);
    if (connection != null && connection.jobMasterId().equals(jobMasterId)) {
      removeJobMaster(connection, reason + " (job is " + status + ")");
    }
  }

  private void loseTaskExecutor(ResourceID peer, String reason) {
    TaskExecutorConnection connection = removeTaskExecutor(peer, reason);
    if (connection != null) {
      connection.gateway().disconnectResourceManager(getFencingToken(), reason);
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
    taskExecutorMonitor.unmonitor(peer);
    TaskExecutorConnection connection = taskExecutors.remove(peer);
    if (connection != null) {
      int slots = slotManager.totalSlotsOf(connection.registrationId());
      LOG.info("TaskExecutor {} is gone with its {} slots: {}", peer, slots, reason);
      slotManager.unregisterTaskExecutor(connection.registrationId());
    }
    return connection;
  }

  private void removeJobMaster(JobMasterConnection connection, String reason) {
    jobMasterMonitor.unmonitor(connection.jobId());
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
    for (TaskExecutorConnection connection : taskExecutors.values()) {
      InstanceID id = connection.registrationId();
      infos.add(connection.info(slotManager.totalSlotsOf(id), slotManager.freeSlotsOf(id)));
    }
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
              + taskExecutors.keySet());
    }
  }

  /** What it knows now; for tests and the simulator, in the main thread. */
  public ResourceManagerSnapshot snapshot() {
    List<ResourceManagerSnapshot.TaskExecutor> registered = new ArrayList<>();
    taskExecutors.values().forEach(connection -> registered.add(connection.snapshot()));
    List<ResourceManagerSnapshot.JobMaster> masters = new ArrayList<>();
    jobMasters.values().forEach(connection -> masters.add(connection.snapshot()));
    return new ResourceManagerSnapshot(
        getFencingToken(), registered, slotManager.registrations(), slotManager.needs(), masters);
  }

  private final class Actions implements SlotActions {

    @Override
    public void requestSlot(SlotRequest request) {
      TaskExecutorConnection connection = taskExecutors.get(request.slotId().resourceId());
      if (connection == null) {
        throw new IllegalStateException("No TaskExecutor has slot " + request.slotId());
      }
      CompletableFuture<Acknowledge> answered =
          connection
              .gateway()
              .requestSlot(
                  request.slotId(),
                  request.jobId(),
                  request.allocationId(),
                  request.jobMaster(),
                  getFencingToken(),
                  config.requestTimeout());
      FutureUtils.assertNoException(
          answered.handleAsync(
              (acknowledge, failure) -> {
                onAnswer(request, failure);
                return acknowledge;
              },
              getMainThreadExecutor()),
          services.fatalErrorHandler());
    }

    private void onAnswer(SlotRequest request, @Nullable Throwable failure) {
      if (failure == null) {
        slotManager.requestSucceeded(request);
      } else {
        slotManager.requestFailed(request, ExceptionUtils.describe(failure));
      }
    }

    @Override
    public void notifyNotEnoughResources(JobID jobId, int acquiredSlots, int totalSlots) {
      JobMasterConnection connection = jobMasters.get(jobId);
      if (connection != null) {
        connection.gateway().notifyNotEnoughResourcesAvailable(acquiredSlots, totalSlots);
      }
    }
  }

  private record LossListener<I>(BiConsumer<I, String> onLoss, Duration timeout)
      implements HeartbeatListener<I> {

    @Override
    public void notifyHeartbeatTimeout(I peer) {
      onLoss.accept(peer, "no heartbeat for " + timeout.toMillis() + " ms");
    }

    @Override
    public void notifyTargetUnreachable(I peer) {
      onLoss.accept(peer, "heartbeats cannot be delivered");
    }
  }
}
