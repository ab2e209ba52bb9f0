package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.runtime.messages.TaskDeploymentBatch;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.TaskSubmissionResult;
import org.stellwerk.runtime.messages.exceptions.SlotAllocationException;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;

/**
 * A worker: gives slots to jobs and runs their tasks. Follows the leader to its ResourceManager,
 * connects to the JobMasters that the ResourceManager names in slot requests, offers them their
 * slots, takes tasks and tells their states. Not fenced: the session ids of the leaders that it
 * serves travel in the calls and are checked there.
 *
 * <p>All state is soft and lives in the main thread, in two components: {@link
 * ResourceManagerConnection}, and {@link ServedJobs} with slots, tasks and JobMasters. This class
 * takes the calls, checks whom they come from, and answers. What runs a task lies below {@link
 * TaskRunner}.
 */
public final class TaskExecutor extends RpcEndpoint implements TaskExecutorGateway {

  private static final Logger LOG = LoggerFactory.getLogger(TaskExecutor.class);

  private final TaskExecutorConfig config;
  private final LeaderRetrievalService leaderRetrieval;
  private final TaskRunner taskRunner;
  private final RuntimeServices services;
  private final ResourceManagerConnection resourceManager;
  private final ServedJobs jobs;
  private boolean stopping;

  /**
   * A TaskExecutor that does nothing before it is started.
   *
   * @param leaderRetrieval started and closed by the TaskExecutor
   * @param taskRunner listening on its data port already; closed by the TaskExecutor
   */
  public TaskExecutor(
      RpcService rpcService,
      TaskExecutorConfig config,
      LeaderRetrievalService leaderRetrieval,
      TaskRunner taskRunner,
      RuntimeServices services) {
    super(rpcService, config.endpointName());
    this.config = config;
    this.leaderRetrieval = leaderRetrieval;
    this.taskRunner = taskRunner;
    this.services = services;
    ConnectionContext context =
        new ConnectionContext(
            rpcService,
            getMainThreadExecutor(),
            config,
            services,
            new ConnectionContext.Identity(
                getAddress(),
                getDirectAddress(),
                new TaskManagerLocation(
                    config.resourceId(), config.host(), taskRunner.dataPort())));
    this.jobs = new ServedJobs(context, taskRunner, new SlotsView());
    this.resourceManager = new ResourceManagerConnection(context, jobs, taskRunner::freeHeap);
  }

  /** The process's name in the cluster. */
  public ResourceID getResourceId() {
    return config.resourceId();
  }

  @Override
  protected void onStart() {
    LOG.info(
        "TaskExecutor {} begins with {} slots at {}, data exchange at {}:{}.",
        config.resourceId(),
        config.numberOfSlots(),
        getAddress(),
        config.host(),
        taskRunner.dataPort());
    registerPeerListener(this::losePeer);
    resourceManager.start();
    leaderRetrieval.start(new LeaderListener());
  }

  private void losePeer(String peer, String reason) {
    String why = "its process is gone: " + reason;
    resourceManager.losePeer(peer, why);
    jobs.losePeer(peer, why);
  }

  /**
   * The process is about to end because of a fault: tells everybody why, as its last act. From any
   * thread; nothing else is ended.
   *
   * @return done when the ResourceManager has heard of it, or cannot; bounded by the heartbeat
   *     timeout
   */
  public CompletableFuture<Void> announceEnd(String fault) {
    CompletableFuture<Void> heard = new CompletableFuture<>();
    runAsync(
        () -> {
          LOG.info("TaskExecutor {} says goodbye: {}", config.resourceId(), fault);
          stopping = true;
          TaskManagerLoss goodbye = TaskManagerLoss.failed(fault);
          jobs.leave(goodbye);
          resourceManager.leave(goodbye).whenComplete((answer, failure) -> heard.complete(null));
        });
    return heard;
  }

  @Override
  protected CompletableFuture<Void> onStop() {
    String reason = "TaskExecutor " + config.resourceId() + " stops.";
    LOG.info("{} {} tasks are to be cancelled.", reason, jobs.tasks().all().size());
    stopping = true;
    TaskManagerLoss goodbye = TaskManagerLoss.ended("it was asked to end");
    resourceManager.stop(goodbye);
    return FutureUtils.composeAfterwards(
        jobs.stop(goodbye),
        getMainThreadExecutor(),
        () ->
            FutureUtils.completeAll(
                List.of(leaderRetrieval.closeAsync(), taskRunner.closeAsync())));
  }

  @Override
  public CompletableFuture<List<SlotRefusal>> requestSlots(
      JobID jobId,
      List<SlotAllocation> slots,
      JobMasterAddress jobMaster,
      ResourceManagerId resourceManagerId,
      Duration timeout) {
    Optional<SlotID> foreign =
        slots.stream()
            .map(SlotAllocation::slotId)
            .filter(slotId -> !slotId.resourceId().equals(config.resourceId()))
            .findFirst();
    String mistake =
        !resourceManager.isCurrent(resourceManagerId)
            ? "ResourceManager session " + resourceManagerId + " is not the current one"
            : foreign
                .map(slot -> "Slot " + slot + " is not one of TaskExecutor " + config.resourceId())
                .orElse(null);
    if (mistake != null) {
      LOG.debug("A request of slots for job {} is refused: {}", jobId, mistake);
      return CompletableFuture.failedFuture(new SlotAllocationException(mistake));
    }
    return services
        .faultPoints()
        .pass("taskexecutor.slots-requested", jobs.giveSlots(jobId, slots, jobMaster));
  }

  @Override
  public void disconnectResourceManager(ResourceManagerId resourceManagerId, String reason) {
    resourceManager.disconnectedBy(resourceManagerId, reason);
  }

  @Override
  public CompletableFuture<Availability> setAvailability(
      Availability.Mode mode, ResourceManagerId resourceManagerId, Duration timeout) {
    if (!resourceManager.isCurrent(resourceManagerId)) {
      return CompletableFuture.failedFuture(
          new FencingTokenException(
              "ResourceManager session " + resourceManagerId + " is not the current one"));
    }
    return services.faultPoints().pass("taskexecutor.availability-set", jobs.setAvailability(mode));
  }

  @Override
  public CompletableFuture<ResourceID> ping(Duration timeout) {
    return CompletableFuture.completedFuture(config.resourceId());
  }

  @Override
  public CompletableFuture<List<TaskSubmissionResult>> submitTasks(
      TaskDeploymentBatch batch, JobMasterId jobMasterId, Duration timeout) {
    List<TaskDeploymentDescriptor> descriptors;
    try {
      descriptors = batch.unpack();
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          new TaskSubmissionException("The tasks cannot be read: " + e.getMessage(), e));
    }
    List<TaskSubmissionResult> results = new ArrayList<>(descriptors.size());
    for (TaskDeploymentDescriptor descriptor : descriptors) {
      try {
        jobs.submit(descriptor, jobMasterId);
        results.add(new TaskSubmissionResult(descriptor.attemptId(), null));
      } catch (TaskSubmissionException e) {
        LOG.info("{}", e.getMessage());
        results.add(new TaskSubmissionResult(descriptor.attemptId(), FailureReports.of(e)));
      }
    }
    return services.faultPoints().pass("taskexecutor.tasks-submitted", results);
  }

  @Override
  public CompletableFuture<Acknowledge> cancelTasks(
      List<ExecutionAttemptID> attemptIds, JobMasterId jobMasterId, Duration timeout) {
    try {
      jobs.cancel(attemptIds, jobMasterId);
    } catch (FencingTokenException e) {
      return CompletableFuture.failedFuture(e);
    }
    return acknowledged("taskexecutor.task-cancelled");
  }

  @Override
  public CompletableFuture<Acknowledge> freeSlots(
      List<AllocationID> allocationIds, JobMasterId jobMasterId, String reason, Duration timeout) {
    try {
      jobs.takeSlots(allocationIds, jobMasterId, reason);
    } catch (FencingTokenException e) {
      return CompletableFuture.failedFuture(e);
    }
    return acknowledged("taskexecutor.slots-freed");
  }

  @Override
  public void releasePartitions(
      JobID jobId, JobMasterId jobMasterId, List<ExecutionAttemptID> producers) {
    jobs.releasePartitions(jobId, jobMasterId, producers);
  }

  @Override
  public void disconnectJobMaster(JobID jobId, JobMasterId jobMasterId, String reason) {
    jobs.disconnectedBy(jobId, jobMasterId, reason);
  }

  @Override
  public void suspendJobMaster(JobID jobId, JobMasterId jobMasterId, String reason) {
    jobs.suspendedBy(jobId, jobMasterId, reason);
  }

  private CompletableFuture<Acknowledge> acknowledged(String faultPoint) {
    return services.faultPoints().pass(faultPoint, Acknowledge.INSTANCE);
  }

  private void onLeaderChanged(Optional<LeaderInformation> leader) {
    if (stopping) {
      return;
    }
    resourceManager.leaderChanged(leader);
    jobs.followLeader(leader);
  }

  /** Throws if an invariant does not hold; for tests and the simulator, in the main thread. */
  public void checkInvariants() {
    jobs.checkInvariants();
  }

  /** What it holds now; for tests and the simulator, in the main thread. */
  public TaskExecutorSnapshot snapshot() {
    return TaskExecutorSnapshot.of(config.resourceId(), resourceManager, jobs);
  }

  private final class SlotsView implements ServedJobs.SlotListener {
    @Override
    public void onFreed(TaskSlotTable.FreedSlot slot) {
      resourceManager.notifySlotAvailable(new SlotAllocation(slot.slotId(), slot.allocationId()));
    }

    @Override
    public void onQuarantined() {
      resourceManager.reportSlots();
    }
  }

  private final class LeaderListener implements LeaderRetrievalListener {
    @Override
    public void notifyLeader(Optional<LeaderInformation> leader) {
      runAsync(() -> onLeaderChanged(leader));
    }

    @Override
    public void notifyReachable(boolean reachable) {
      runAsync(() -> jobs.leaderReachable(reachable));
    }

    @Override
    public void handleError(Exception exception) {
      services.fatalErrorHandler().onFatalError(exception);
    }
  }
}
