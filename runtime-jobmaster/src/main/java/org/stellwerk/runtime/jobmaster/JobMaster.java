package org.stellwerk.runtime.jobmaster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.executiongraph.TaskManagerLostException;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.heartbeat.MonitoredPeers;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPool;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.TaskManagerRegistration;
import org.stellwerk.runtime.messages.exceptions.JobModificationException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.runtime.registration.PeerAcceptance;
import org.stellwerk.runtime.scheduler.Adoption;
import org.stellwerk.runtime.scheduler.JobStatusListener;
import org.stellwerk.runtime.scheduler.SchedulerNG;
import org.stellwerk.runtime.scheduler.SchedulerServices;
import org.stellwerk.util.ExceptionUtils;

/**
 * Runs one job in one leader session: keeps the connections to the ResourceManager and to the
 * TaskExecutors that offer slots, and hands what they say to the slot pool and the scheduler, which
 * decide. All its state is soft. It does not outlive its session.
 *
 * <p>When the job reaches a globally terminal state its slots are given back, the ResourceManager
 * is told, and the listener has the result; the endpoint goes on answering until it is closed. If
 * it is closed before the result is durable, the job is SUSPENDED here and its TaskExecutors are
 * told to keep what they have for the JobMaster of the next session. What that could not learn from
 * them goes into a store as it changes ({@link ProgressRecorder}).
 */
public final class JobMaster extends FencedRpcEndpoint<JobMasterId> implements JobMasterGateway {

  private static final Logger LOG = LoggerFactory.getLogger(JobMaster.class);

  /** The key of the job's id in the logging context. */
  public static final String JOB_ID_KEY = "job-id";

  private final JobGraph jobGraph;
  private final JobMasterConfig config;
  private final JobMasterListener listener;
  private final FaultPoints faultPoints;
  private final Optional<JobProgress> recovered;
  private final ResourceID resourceId;
  private final SlotPool slotPool;
  private final SchedulerNG scheduler;
  private final ProgressRecorder progress;
  private final TaskManagerReports reports;
  private final ResourceManagerConnection resourceManager;
  private final MonitoredPeers<ResourceID, TaskManagerConnection> taskManagers;
  private final PeerAcceptance<ResourceID> taskManagerAcceptance;
  private final EndedRegistrations endedRegistrations;
  private final DrainingTaskManagers draining;
  private boolean resultDurable;

  /** A JobMaster that has not begun; its endpoint's name follows from session and job. */
  public JobMaster(
      RpcService rpc,
      JobMasterId jobMasterId,
      JobGraph jobGraph,
      JobMasterConfig config,
      JobMasterServices services) {
    super(
        rpc,
        LeaderInformation.jobMasterName(jobMasterId.value(), jobGraph.jobId()),
        jobMasterId,
        Collections.singletonMap(JOB_ID_KEY, jobGraph.jobId().toString()));
    this.jobGraph = jobGraph;
    this.config = config;
    this.listener = services.listener();
    RuntimeServices runtime = services.runtime();
    this.faultPoints = runtime.faultPoints();
    this.recovered = services.recovered();
    this.resourceId = new ResourceID(getEndpointId());
    this.resourceManager =
        new ResourceManagerConnection(
            new ResourceManagerConnection.Parties(
                jobGraph.jobId(),
                jobMasterId,
                resourceId,
                getDirectAddress(),
                services.resourceManagerAddress()),
            rpc,
            config,
            getMainThreadExecutor(),
            runtime);
    this.slotPool =
        new SlotPool(
            resourceManager::declare, getMainThreadExecutor(), config.slotPool(), runtime.clock());
    this.scheduler =
        SchedulerFactory.create(
            services.graphSpec(jobGraph),
            slotPool,
            new SchedulerServices(
                runtime,
                getMainThreadExecutor(),
                config.configuration().withAll(jobGraph.configuration()),
                config.slotRequestTimeout(),
                config.rpcTimeout()),
            new SchedulerListener());
    this.progress =
        new ProgressRecorder(
            scheduler::progress,
            services.progressStore(),
            () -> scheduler.getJobStatus().isTerminal(),
            getMainThreadExecutor());
    this.reports =
        new TaskManagerReports(
            scheduler, slotPool, getFencingToken(), config.rpcTimeout(), this::failSlot);
    this.taskManagers =
        new MonitoredPeers<>(
            config.heartbeat().timeout(),
            this::onSilence,
            connection -> rpc.answers(connection.address()),
            getMainThreadExecutor(),
            runtime.clock());
    this.endedRegistrations = new EndedRegistrations(jobGraph.jobId());
    this.draining = new DrainingTaskManagers(scheduler::onDraining);
    this.taskManagerAcceptance =
        new PeerAcceptance<>("jobmaster", faultPoints, getMainThreadExecutor());
  }

  @Override
  protected void onStart() {
    registerPeerListener(this::losePeer);
    scheduler.startScheduling();
    resourceManager.start();
    recovered.ifPresent(progress -> progress.taskManagers().forEach(this::lookFor));
  }

  /** One that lives hears of this leader and registers; one that does not is not waited for. */
  private void lookFor(String taskExecutorAddress) {
    getRpcService()
        .connect(taskExecutorAddress, TaskExecutorGateway.class)
        .whenCompleteAsync(
            (found, failure) -> {
              boolean isSilent =
                  ExceptionUtils.findThrowable(failure, TimeoutException.class).isPresent();
              if (failure != null && !isSilent && !scheduler.getJobStatus().isTerminal()) {
                scheduler.onTaskManagerAbsent(taskExecutorAddress);
              }
            },
            getMainThreadExecutor());
  }

  @Override
  protected CompletableFuture<Void> onStop() {
    String reason = "The JobMaster of job " + jobGraph.jobId() + " ends";
    if (!resultDurable) {
      slotPool.suspend();
    }
    scheduler.suspend(reason);
    progress.close(resultDurable ? null : new NotLeaderException(reason));
    for (TaskManagerConnection connection : taskManagers.all()) {
      taskManagers.remove(connection.id());
      slotPool.releaseTaskManager(connection.id(), new CancellationException(reason));
      TaskExecutorGateway taskExecutor = connection.flushed();
      if (resultDurable) {
        // One message that frees all slots of the job there and cancels what runs in them.
        taskExecutor.disconnectJobMaster(jobGraph.jobId(), getFencingToken(), reason);
      } else {
        taskExecutor.suspendJobMaster(jobGraph.jobId(), getFencingToken(), reason);
      }
    }
    taskManagerAcceptance.clear();
    taskManagers.stopMonitoring();
    slotPool.close(reason);
    resourceManager.close(scheduler.getJobStatus(), reason);
    return faultPoints.reach("jobmaster.goodbye-said");
  }

  /** The job is over, and no later leader will run it: its TaskExecutors may forget it. */
  public void resultIsDurable() {
    runAsync(() -> resultDurable = true);
  }

  private void onJobStatusChanged(JobStatus status) {
    if (status.isGloballyTerminal()) {
      String reason = "Job " + jobGraph.jobId() + " is " + status;
      slotPool.close(reason);
      resourceManager.close(status, reason);
      listener.jobReachedGloballyTerminalState(scheduler.requestJob());
    }
  }

  @Override
  public CompletableFuture<RegistrationResponse> registerTaskManager(
      TaskManagerRegistration registration, Duration timeout) {
    Optional<RegistrationResponse> refusal = endedRegistrations.refusal(registration);
    if (refusal.isPresent()) {
      return CompletableFuture.completedFuture(refusal.get());
    }
    ResourceID id = registration.location().resourceId();
    TaskManagerConnection known = taskManagers.get(id);
    if (known != null && known.isSame(registration)) {
      if (known.isTakenIn()) {
        taskManagers.heardFrom(id);
      }
      return CompletableFuture.completedFuture(known.answer());
    }
    return taskManagerAcceptance.accept(
        id,
        getRpcService().connect(registration.address(), TaskExecutorGateway.class),
        gateway ->
            endedRegistrations
                .refusal(registration)
                .orElseGet(() -> connected(registration, gateway)));
  }

  private RegistrationResponse connected(
      TaskManagerRegistration registration, TaskExecutorGateway taskExecutor) {
    if (scheduler.getJobStatus().isTerminal() || !isRunning()) {
      return TaskManagerConnection.tooLate(jobGraph.jobId(), resultDurable);
    }
    ResourceID id = registration.location().resourceId();
    TaskManagerConnection before = taskManagers.get(id);
    if (before != null && before.isSame(registration)) {
      return before.answer();
    }
    if (before != null && before.isContinuedBy(registration)) {
      TaskManagerConnection again = before.with(registration);
      taskManagers.put(id, again);
      return takeIn(again, reports.resume(again.id(), registration.report()));
    }
    if (before != null) {
      loseTaskManager(id, before.lossBy(registration));
    }
    TaskManagerConnection connection =
        new TaskManagerConnection(
            registration,
            new RpcTaskManagerGateway(
                taskExecutor,
                getFencingToken(),
                getMainThreadExecutor(),
                () -> draining.refuses(id)));
    draining.registers(id);
    taskManagers.put(id, connection);
    slotPool.registerTaskManager(id);
    LOG.debug("TaskManager {} at {} has registered.", id, connection.address());
    Adoption adopted =
        scheduler.adopt(connection.location(), connection.gateway(), registration.report());
    return takeIn(connection, adopted);
  }

  private RegistrationResponse takeIn(TaskManagerConnection connection, Adoption goesOnWith) {
    List<SlotOffer> offers = connection.offers();
    return connection.accept(
        resourceId, goesOnWith, offers.isEmpty() ? offers : take(connection, offers));
  }

  private List<SlotOffer> take(TaskManagerConnection connection, List<SlotOffer> offers) {
    List<SlotOffer> accepted =
        slotPool.offerSlots(connection.location(), connection.gateway(), offers);
    scheduler.onSlotsOffered();
    return accepted;
  }

  @Override
  public CompletableFuture<List<SlotOffer>> offerSlots(
      ResourceID taskManagerId, List<SlotOffer> offers, Duration timeout) {
    TaskManagerConnection connection = taskManagers.get(taskManagerId);
    if (connection == null) {
      return CompletableFuture.failedFuture(
          TaskManagerConnection.unknown(taskManagerId, jobGraph.jobId()));
    }
    return faultPoints.pass("jobmaster.slots-offered", take(connection, offers));
  }

  @Override
  public void failSlot(ResourceID taskManagerId, AllocationID allocationId, String reason) {
    TaskManagerConnection connection = taskManagers.get(taskManagerId);
    if (connection == null) {
      return;
    }
    boolean last =
        slotPool.failAllocation(
            taskManagerId,
            allocationId,
            TaskManagerConnection.slotFailure(taskManagerId, allocationId, reason));
    if (last && !scheduler.hasResultsOn(taskManagerId)) {
      loseTaskManager(
          taskManagerId, TaskManagerLoss.left("it has no slot for the job any more: " + reason));
    }
  }

  @Override
  public CompletableFuture<List<ExecutionAttemptID>> updateTaskExecutionStates(
      List<TaskExecutionState> states, Duration timeout) {
    List<ExecutionAttemptID> unknown = new ArrayList<>(0);
    boolean hasFinished = false;
    for (TaskExecutionState state : states) {
      if (!scheduler.updateTaskExecutionState(state)) {
        unknown.add(state.attemptId());
      } else {
        hasFinished |= state.state() == ExecutionState.FINISHED;
      }
    }
    return hasFinished
        ? progress
            .whenStored()
            .thenCompose(stored -> faultPoints.pass("jobmaster.task-state-updated", unknown))
        : faultPoints.pass("jobmaster.task-state-updated", unknown);
  }

  @Override
  public CompletableFuture<Acknowledge> cancel(Duration timeout) {
    scheduler.cancel();
    return progress
        .whenStoredOrLate(getMainThreadExecutor())
        .thenCompose(ignored -> faultPoints.pass("jobmaster.job-cancelled", Acknowledge.INSTANCE));
  }

  @Override
  public CompletableFuture<ArchivedExecutionGraph> requestJob(Duration timeout) {
    return CompletableFuture.completedFuture(scheduler.requestJob());
  }

  @Override
  public CompletableFuture<JobStatus> requestJobStatus(Duration timeout) {
    return CompletableFuture.completedFuture(scheduler.getJobStatus());
  }

  @Override
  public CompletableFuture<JobResourceRequirements> requestResourceRequirements(Duration timeout) {
    try {
      return CompletableFuture.completedFuture(scheduler.requestResourceRequirements());
    } catch (JobModificationException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Acknowledge> updateResourceRequirements(
      JobResourceRequirements requirements, Duration timeout) {
    try {
      scheduler.updateResourceRequirements(requirements);
    } catch (JobModificationException e) {
      return CompletableFuture.failedFuture(e);
    }
    return faultPoints.pass("jobmaster.requirements-updated", Acknowledge.INSTANCE);
  }

  @Override
  public CompletableFuture<Acknowledge> heartbeatFromTaskManager(
      ResourceID taskManagerId, TaskExecutorHeartbeat.ToJobMaster payload, Duration timeout) {
    TaskManagerConnection connection = taskManagers.get(taskManagerId);
    if (connection == null) {
      return CompletableFuture.failedFuture(
          TaskManagerConnection.unknown(taskManagerId, jobGraph.jobId()));
    }
    taskManagers.heardFrom(taskManagerId);
    reports.reconcile(connection, payload);
    return CompletableFuture.completedFuture(Acknowledge.INSTANCE);
  }

  @Override
  public void disconnectTaskManager(ResourceID taskManagerId, TaskManagerLoss loss) {
    if (loss.kind() != TaskManagerLoss.Kind.SILENT || taskManagers.seemsSilent(taskManagerId)) {
      taskManagerAcceptance.forget(taskManagerId);
      loseTaskManager(taskManagerId, loss);
    }
  }

  private void losePeer(String process, String reason) {
    taskManagers
        .at(process, TaskManagerConnection::address)
        .forEach(connection -> loseTaskManager(connection.id(), TaskManagerLoss.gone(reason)));
  }

  private void onSilence(ResourceID taskManagerId) {
    TaskManagerLoss loss = TaskManagerLoss.silent(config.heartbeat().timeout().toMillis());
    loseTaskManager(taskManagerId, loss);
    resourceManager.taskManagerLost(taskManagerId, loss);
  }

  private void loseTaskManager(ResourceID taskManagerId, TaskManagerLoss loss) {
    TaskManagerConnection connection = taskManagers.remove(taskManagerId);
    if (connection == null) {
      return;
    }
    endedRegistrations.add(connection.registrationId());
    int tasks = scheduler.deployedOn(taskManagerId);
    if (tasks > 0) {
      LOG.info("TaskManager {} is lost with {} tasks: {}", taskManagerId, tasks, loss.reason());
    } else {
      LOG.debug("TaskManager {} is gone: {}", taskManagerId, loss.reason());
    }
    scheduler.onTaskManagerLost(
        taskManagerId, TaskManagerLostException.of(connection.location(), loss));
    connection.flushed().disconnectJobMaster(jobGraph.jobId(), getFencingToken(), loss.reason());
  }

  @Override
  public void notifyDraining(List<ResourceID> taskManagerIds) {
    draining.named(taskManagerIds);
  }

  @Override
  public void disconnectResourceManager(String reason) {
    resourceManager.reconnect(reason);
  }

  @Override
  public void notifyNotEnoughResourcesAvailable(int acquiredSlots, int totalSlots) {
    slotPool.notifyNotEnoughResourcesAvailable(acquiredSlots, totalSlots);
  }

  /** The job. */
  public JobID getJobId() {
    return jobGraph.jobId();
  }

  /** The job's state; for tests and the simulator. */
  public JobStatus getJobStatus() {
    return scheduler.getJobStatus();
  }

  /** Checks what must hold between any two messages; for tests and the simulator. */
  public void checkInvariants() {
    slotPool.checkInvariants();
    scheduler.checkInvariants();
  }

  /** What it knows now; for tests and the simulator, in the main thread. */
  public JobMasterSnapshot snapshot() {
    return new JobMasterSnapshot(
        getJobId(),
        getFencingToken(),
        getJobStatus(),
        scheduler.snapshot(),
        scheduler.possibleTasks(),
        slotPool.snapshot(),
        registeredTaskManagers(),
        resourceManager.isConnected());
  }

  /** The TaskManagers that are registered, in the order of their registration. */
  List<ResourceID> registeredTaskManagers() {
    return taskManagers.ids();
  }

  private final class SchedulerListener implements JobStatusListener {
    @Override
    public void progressChanged() {
      progress.changed();
    }

    @Override
    public void jobStatusChanged(JobStatus newStatus) {
      onJobStatusChanged(newStatus);
    }

    @Override
    public void resultsUseless(ResourceID taskManagerId, List<ExecutionAttemptID> producers) {
      TaskManagerConnection connection = taskManagers.get(taskManagerId);
      if (connection != null) {
        connection.flushed().releasePartitions(jobGraph.jobId(), getFencingToken(), producers);
      }
    }
  }
}
