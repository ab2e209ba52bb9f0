package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
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
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskDeploymentBatch;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.messages.TaskSubmissionResult;
import org.stellwerk.runtime.messages.exceptions.SlotAllocationException;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;

/**
 * A worker: gives slots to jobs and runs their tasks. Follows the leader to its ResourceManager,
 * connects to the JobMasters that the ResourceManager names in slot requests, offers them their
 * slots, takes tasks and tells their states. Not fenced: the session ids of the leaders that it
 * serves travel in the calls and are checked there.
 *
 * <p>All state is soft and lives in the main thread: slots in {@link TaskSlotTable}, tasks, and one
 * {@link JobLeaderConnection} per job. What runs a task lies below {@link TaskRunner}. A job is
 * over here when it has no slot (one that is being released counts) and its JobMaster knows every
 * end: then the connection is closed and the runner lets the job go.
 */
public final class TaskExecutor extends RpcEndpoint implements TaskExecutorGateway {

  private static final Logger LOG = LoggerFactory.getLogger(TaskExecutor.class);

  private final TaskExecutorConfig config;
  private final LeaderRetrievalService leaderRetrieval;
  private final TaskRunner taskRunner;
  private final RuntimeServices services;
  private final ConnectionContext context;
  private final TaskSlotTable slots;
  private final ResourceManagerConnection resourceManager;
  private final JobTable jobs = new JobTable();
  private final TaskTable tasks;
  private final CompletableFuture<Void> lastTaskEnded = new CompletableFuture<>();
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
    this.context =
        new ConnectionContext(
            rpcService,
            getMainThreadExecutor(),
            config,
            services,
            new ConnectionContext.Identity(
                getAddress(),
                new TaskManagerLocation(
                    config.resourceId(), config.host(), taskRunner.dataPort())));
    this.slots =
        new TaskSlotTable(
            config.resourceId(),
            config.numberOfSlots(),
            new AllocationTimeouts(
                config.timeouts().slot(), getMainThreadExecutor(), this::onSlotTimeout),
            services.transitions());
    this.tasks =
        new TaskTable(
            taskRunner,
            config.timeouts(),
            getMainThreadExecutor(),
            services.transitions(),
            this::onTaskTransition);
    this.resourceManager =
        new ResourceManagerConnection(context, slots, taskRunner::freeHeap, this::servesJobs);
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
    jobs.at(peer).forEach(connection -> onJobMasterLoss(connection, why));
  }

  @Override
  protected CompletableFuture<Void> onStop() {
    String reason = "TaskExecutor " + config.resourceId() + " stops.";
    LOG.info("{} {} tasks are to be cancelled.", reason, tasks.all().size());
    stopping = true;
    resourceManager.stop(reason);
    jobs.all()
        .forEach(
            connection -> {
              jobs.remove(connection);
              connection.leave(reason);
            });
    slots.stop();
    tasks.all().forEach(task -> task.cancel(reason));
    if (tasks.isEmpty()) {
      lastTaskEnded.complete(null);
    }
    scheduleRunAsync(this::stopWithoutTasks, config.timeouts().stop());
    return FutureUtils.composeAfterwards(
        lastTaskEnded,
        getMainThreadExecutor(),
        () ->
            FutureUtils.completeAll(
                List.of(leaderRetrieval.closeAsync(), taskRunner.closeAsync())));
  }

  private void stopWithoutTasks() {
    if (lastTaskEnded.complete(null)) {
      LOG.warn(
          "{} tasks did not end within {} ms and are left behind: {}",
          tasks.all().size(),
          config.timeouts().stop().toMillis(),
          tasks.all().stream().map(Task::attemptId).toList());
    }
  }

  @Override
  public CompletableFuture<Acknowledge> requestSlot(
      SlotID slotId,
      JobID jobId,
      AllocationID allocationId,
      JobMasterAddress jobMaster,
      ResourceManagerId resourceManagerId,
      Duration timeout) {
    try {
      if (!resourceManager.isCurrent(resourceManagerId)) {
        throw new SlotAllocationException(
            "ResourceManager session " + resourceManagerId + " is not the current one");
      }
      if (!slotId.resourceId().equals(config.resourceId())) {
        throw new SlotAllocationException(
            "Slot " + slotId + " is not one of TaskExecutor " + config.resourceId());
      }
      replaceOtherSession(jobId, jobMaster.jobMasterId());
      slots.allocate(slotId.slotNumber(), jobId, allocationId);
    } catch (SlotAllocationException e) {
      LOG.debug("A request of slot {} for job {} is refused.", slotId, jobId, e);
      return CompletableFuture.failedFuture(e);
    }
    Optional<JobLeaderConnection> existing = jobs.get(jobId);
    if (existing.isPresent()) {
      existing.get().offerSlots();
    } else {
      LOG.info(
          "Slots are requested for job {}, whose master is at {}.", jobId, jobMaster.address());
      JobLeaderConnection connection =
          new JobLeaderConnection(jobId, jobMaster, context, new JobMasterView());
      jobs.add(connection);
      connection.start();
    }
    return acknowledged("taskexecutor.slot-requested");
  }

  private void replaceOtherSession(JobID jobId, JobMasterId session) {
    jobs.get(jobId)
        .filter(connection -> !connection.jobMasterId().equals(session))
        .ifPresent(
            connection ->
                onJobMasterLoss(connection, "the job has a new master, session " + session));
  }

  @Override
  public void disconnectResourceManager(ResourceManagerId resourceManagerId, String reason) {
    resourceManager.disconnectedBy(resourceManagerId, reason);
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
        submit(descriptor, jobMasterId);
        results.add(new TaskSubmissionResult(descriptor.attemptId(), null));
      } catch (TaskSubmissionException e) {
        LOG.info("{}", e.getMessage());
        results.add(new TaskSubmissionResult(descriptor.attemptId(), FailureReports.of(e)));
      }
    }
    return services.faultPoints().pass("taskexecutor.tasks-submitted", results);
  }

  private void submit(TaskDeploymentDescriptor descriptor, JobMasterId jobMasterId)
      throws TaskSubmissionException {
    if (jobs.get(descriptor.jobId(), jobMasterId).isEmpty()) {
      throw new TaskSubmissionException(
          "Attempt "
              + descriptor.attemptId()
              + " is refused: session "
              + jobMasterId
              + " is not the one that TaskExecutor "
              + config.resourceId()
              + " serves for job "
              + descriptor.jobId());
    }
    tasks.checkNoneBefore(descriptor.attemptId());
    boolean isNew =
        slots.addAttempt(descriptor.attemptId(), descriptor.jobId(), descriptor.allocationId());
    if (!isNew) {
      LOG.debug("Attempt {} was submitted again.", descriptor.attemptId());
      return;
    }
    tasks.start(descriptor);
  }

  @Override
  public CompletableFuture<Acknowledge> cancelTask(ExecutionAttemptID attemptId, Duration timeout) {
    Task task = tasks.get(attemptId);
    if (task == null) {
      LOG.debug("Attempt {} is to be cancelled, but not here.", attemptId);
    } else {
      task.cancel("asked for by the JobMaster");
    }
    return acknowledged("taskexecutor.task-cancelled");
  }

  @Override
  public CompletableFuture<Acknowledge> freeSlot(
      AllocationID allocationId, JobMasterId jobMasterId, String reason, Duration timeout) {
    Optional<JobID> job = slots.jobOf(allocationId);
    if (job.isEmpty()) {
      return acknowledged("taskexecutor.slot-freed");
    }
    Optional<JobLeaderConnection> connection = jobs.get(job.get());
    if (connection.isPresent() && !connection.get().jobMasterId().equals(jobMasterId)) {
      return CompletableFuture.failedFuture(
          new FencingTokenException(
              "Session "
                  + jobMasterId
                  + " cannot free allocation "
                  + allocationId
                  + ": job "
                  + job.get()
                  + " is served for session "
                  + connection.get().jobMasterId()));
    }
    failAllocation(allocationId, "freed by the JobMaster: " + reason);
    return acknowledged("taskexecutor.slot-freed");
  }

  @Override
  public void disconnectJobMaster(JobID jobId, JobMasterId jobMasterId, String reason) {
    // One that arrives during the registration is meant for an earlier connection.
    jobs.get(jobId, jobMasterId)
        .filter(JobLeaderConnection::isConnected)
        .ifPresent(connection -> onJobMasterLoss(connection, "it ended the connection: " + reason));
  }

  private CompletableFuture<Acknowledge> acknowledged(String faultPoint) {
    return services.faultPoints().pass(faultPoint, Acknowledge.INSTANCE);
  }

  private void onLeaderChanged(Optional<LeaderInformation> leader) {
    if (stopping) {
      return;
    }
    resourceManager.leaderChanged(leader);
    leader.ifPresent(
        now ->
            jobs.all().stream()
                .filter(job -> !job.jobMasterId().value().equals(now.sessionId()))
                .forEach(job -> onJobMasterLoss(job, "another session leads: " + now.sessionId())));
  }

  private boolean servesJobs() {
    return jobs.all().stream().anyMatch(JobLeaderConnection::isConnected);
  }

  /**
   * The one place that decides what the loss of a JobMaster means for its job: its tasks are
   * cancelled and its slots given back.
   */
  private void onJobMasterLoss(JobLeaderConnection connection, String reason) {
    if (!jobs.remove(connection)) {
      return;
    }
    JobID jobId = connection.jobId();
    List<AllocationID> held = slots.allocationsOf(jobId);
    LOG.info(
        "The JobMaster of job {}, session {}, is lost, giving back {} slots: {}",
        jobId,
        connection.jobMasterId(),
        held.size(),
        reason);
    connection.leave("TaskExecutor " + config.resourceId() + " gave it up: " + reason);
    for (AllocationID allocation : held) {
      releaseSlot(allocation, reason)
          .forEach(task -> task.cancel("its JobMaster is lost: " + reason));
    }
    releaseJobIfOver(jobId);
  }

  private void onSlotTimeout(AllocationID allocationId) {
    LOG.info(
        "Allocation {} was not accepted by its JobMaster within {} ms (taskmanager.slot.timeout).",
        allocationId,
        config.timeouts().slot().toMillis());
    failAllocation(allocationId, "not accepted by the JobMaster in time");
  }

  private void failAllocation(AllocationID allocationId, String reason) {
    Optional<JobID> job = slots.jobOf(allocationId);
    for (Task task : releaseSlot(allocationId, reason)) {
      task.fail(new TaskSubmissionException("Its slot " + allocationId + " is gone: " + reason));
    }
    job.ifPresent(this::releaseJobIfOver);
  }

  /** Takes a slot from its job; what still runs in it is the caller's to end. */
  private List<Task> releaseSlot(AllocationID allocationId, String reason) {
    Optional<TaskSlotTable.Release> release = slots.release(allocationId, reason);
    if (release.isEmpty()) {
      return List.of();
    }
    release.get().freed().ifPresent(this::tellSlotAvailable);
    return release.get().toEnd().stream().map(tasks::get).toList();
  }

  private void tellSlotAvailable(TaskSlotTable.FreedSlot slot) {
    resourceManager.notifySlotAvailable(slot.slotId(), slot.allocationId());
  }

  private void onTaskTransition(Task task) {
    ExecutionState state = task.state();
    if (state == ExecutionState.DEPLOYING || state == ExecutionState.CANCELING) {
      return; // the JobMaster learns of these from heartbeats
    }
    jobs.get(task.jobId()).ifPresent(connection -> connection.report(task.executionState()));
    if (state.isTerminal()) {
      slots.removeAttempt(task.attemptId()).ifPresent(this::tellSlotAvailable);
      releaseJobIfOver(task.jobId());
      if (stopping && tasks.isEmpty()) {
        lastTaskEnded.complete(null);
      }
    }
  }

  /** A job is over when it has no slot and its JobMaster, if there is one, knows every end. */
  private void releaseJobIfOver(JobID jobId) {
    if (!slots.isGone(jobId)) {
      return;
    }
    Optional<JobLeaderConnection> connection = jobs.get(jobId);
    if (connection.isPresent()) {
      if (!connection.get().isDrained()) {
        return;
      }
      jobs.remove(connection.get());
      connection.get().leave("Job " + jobId + " has no slot here any more.");
    }
    LOG.info("Job {} is over on this TaskExecutor.", jobId);
    taskRunner.releaseJob(jobId);
  }

  /** Throws if an invariant does not hold; for tests and the simulator, in the main thread. */
  public void checkInvariants() {
    slots.checkInvariants();
    tasks.checkInvariants(slots);
  }

  /** What it holds now; for tests and the simulator, in the main thread. */
  public TaskExecutorSnapshot snapshot() {
    return TaskExecutorSnapshot.of(config.resourceId(), resourceManager, slots, tasks, jobs);
  }

  private final class LeaderListener implements LeaderRetrievalListener {
    @Override
    public void notifyLeader(Optional<LeaderInformation> leader) {
      runAsync(() -> onLeaderChanged(leader));
    }

    @Override
    public void handleError(Exception exception) {
      services.fatalErrorHandler().onFatalError(exception);
    }
  }

  private final class JobMasterView implements JobLeaderConnection.Owner {
    @Override
    public List<TaskExecutorHeartbeat.ExecutionStatus> executionsOf(JobID jobId) {
      return tasks.executionsOf(jobId);
    }

    @Override
    public List<SlotOffer> openOffers(JobID jobId) {
      return slots.openOffers(jobId);
    }

    @Override
    public void onOfferAnswered(
        JobLeaderConnection connection,
        List<SlotOffer> offered,
        List<SlotOffer> accepted,
        String reasonForOthers) {
      Set<AllocationID> acceptedIds =
          accepted.stream()
              .map(SlotOffer::allocationId)
              .collect(Collectors.toCollection(LinkedHashSet::new));
      for (SlotOffer offer : offered) {
        if (!acceptedIds.contains(offer.allocationId())) {
          failAllocation(offer.allocationId(), reasonForOthers);
        } else if (!slots.markActive(offer.allocationId())) {
          connection.failSlot(offer, "It was released before it was accepted.");
        }
      }
    }

    @Override
    public void onAttemptRefused(ExecutionAttemptID attemptId, String reason) {
      Task task = tasks.get(attemptId);
      if (task != null) {
        task.fail(new TaskSubmissionException("The JobMaster does not know it: " + reason));
      }
    }

    @Override
    public void onStatesAcknowledged(JobLeaderConnection connection) {
      if (jobs.get(connection.jobId()).filter(current -> current == connection).isPresent()) {
        releaseJobIfOver(connection.jobId());
      }
    }

    @Override
    public void onJobMasterLoss(JobLeaderConnection connection, String reason) {
      TaskExecutor.this.onJobMasterLoss(connection, reason);
    }
  }
}
