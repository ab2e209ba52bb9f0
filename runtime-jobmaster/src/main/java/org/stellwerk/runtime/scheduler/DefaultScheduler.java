package org.stellwerk.runtime.scheduler;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.executiongraph.DeploymentTracker;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.executiongraph.JobState;
import org.stellwerk.runtime.executiongraph.TaskManagerLostException;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolGateway;
import org.stellwerk.runtime.jobmaster.slotpool.TaskManagerGateway;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.ErrorInfo;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat.ExecutionStatus;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.runtime.scheduler.failover.ExecutionFailureHandler;
import org.stellwerk.runtime.scheduler.failover.FailureKinds;
import org.stellwerk.runtime.scheduler.failover.PipelinedRegions;

/**
 * Runs a job: asks for its slots, deploys its tasks once they are there, producers first, starts
 * what failed again, region by region, and brings the job to its end: all finished, cancelled, or
 * failed if no restart is allowed. In the JobMaster's main thread; soft state.
 *
 * <p>Failures that become known in one turn are one incident. A restart cancels the subtasks that
 * it takes along, and deploys new attempts once all of these have ended and its delay is over; the
 * others never stop. The job is RESTARTING as long as a restart waits. A failure that only follows
 * from another one is the root cause only until that one is known. Reactions to transitions are
 * queued and worked off one after the other, so that no reaction runs inside of another.
 *
 * <p>Which tasks begin when is the {@link SchedulingStrategy}'s: in a job with blocking edges a
 * region begins once its inputs are complete, and a result that is lost before its last reader had
 * it is made again, as if its task had failed.
 */
public final class DefaultScheduler implements SchedulerNG {

  private static final Logger LOG = LoggerFactory.getLogger(DefaultScheduler.class);

  /** Where tasks run is of interest to a later leader, unless they are over soon. */
  private static final long PLACES_STORED_AFTER_MS = 250;

  private final JobState job;
  private final ExecutionGraph graph;
  private final SlotPoolGateway slotPool;
  private final SchedulerServices services;
  private final JobStatusListener listener;
  private final SchedulingStrategy strategy;
  private final boolean isStaged;
  private final ExecutionDeployer deployer;
  private final Failover failover;
  private final JobFailures failures;
  private final Reactions reactions = new Reactions(this::onReaction);
  private final TaskReports reports;
  private final PipelinedRegions regions;
  private final Optional<JobProgress> recovered;
  private final Reconciliation reconciliation;
  private boolean cancelRequested;

  /** A scheduler of a job whose scheduling has not begun. */
  public DefaultScheduler(
      ExecutionGraphSpec spec,
      SlotPoolGateway slotPool,
      SchedulerServices services,
      JobStatusListener listener) {
    this.slotPool = slotPool;
    this.services = services;
    this.listener = listener;
    this.job = spec.createState(services);
    this.failures = new JobFailures(job, services.runtime().clock());
    this.reports = new TaskReports(slotPool, failures, reactions);
    this.deployer =
        new ExecutionDeployer(
            spec.jobGraph(),
            slotPool,
            services,
            slotPool::declareRequiredResources,
            this::onSlotsRefused);
    this.graph =
        spec.createGraph(
            spec.jobGraph(),
            spec.firstIdentity(services.runtime().ids()),
            services,
            this::onStateChanged);
    this.isStaged = spec.jobGraph().isStaged();
    this.regions = PipelinedRegions.of(spec.jobGraph());
    this.recovered = spec.recovered();
    this.reconciliation = new Reconciliation(graph, slotPool, deployer);
    this.strategy =
        isStaged
            ? new PipelinedRegionSchedulingStrategy(graph, regions)
            : new WholeSchedulingStrategy();
    this.failover =
        new Failover(
            new Failover.Parts(job, graph, failures, reconciliation, services, listener),
            ExecutionFailureHandler.create(
                new ExecutionFailureHandler.Topology(spec.jobGraph(), regions, graph.getResults()),
                services.configuration(),
                services.runtime().random()),
            new FailoverControl());
  }

  /** The job's tasks; for reading. */
  ExecutionGraph getExecutionGraph() {
    return graph;
  }

  @Override
  public void startScheduling() {
    if (recovered.isPresent()) {
      startReconciling(recovered.get());
      return;
    }
    transitionTo(JobStatus.CREATED, "starting, " + graph.getTotalTasks() + " tasks");
    transitionTo(
        JobStatus.RUNNING,
        isStaged
            ? "asking for the slots of its first stage"
            : "asking for " + graph.getRequiredSlots() + " slots");
    strategy.onCreated(graph.getAllVertices());
    scheduleStartable(false);
  }

  private void startReconciling(JobProgress progress) {
    failover.countFrom(progress.restarts());
    failover.policy().restore(progress.restartState(), services.runtime().clock());
    Duration timeout = services.configuration().get(JobManagerOptions.RECONCILIATION_TIMEOUT);
    transitionTo(
        JobStatus.RECONCILING,
        "waiting up to " + timeout.toMillis() + " ms for TaskManagers to report its tasks");
    reactions.withoutReaction(() -> reconciliation.begin(progress));
    if (progress.cancelRequested()) {
      cancel();
    } else if (reconciliation.isOver()) {
      reactions.reactTo(this::endReconciliation);
    } else {
      services
          .mainThread()
          .schedule(
              () -> {
                if (!reconciliation.isOver()) {
                  reactions.reactTo(this::endReconciliation);
                }
              },
              timeout.toMillis(),
              TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public Adoption adopt(
      TaskManagerLocation location, TaskManagerGateway gateway, JobReport report) {
    boolean isAwaiting = !reconciliation.isOver();
    Adoption adopted =
        reactions.callWithoutReaction(() -> reconciliation.adopt(location, gateway, report));
    if (isAwaiting) {
      onTaskManagerAbsent(gateway.getAddress());
    }
    return adopted;
  }

  @Override
  public void onTaskManagerAbsent(String address) {
    reactions.reactTo(
        () -> {
          reconciliation.lose(address);
          if (reconciliation.isOver()) {
            endReconciliation();
          }
        });
  }

  private void endReconciliation() {
    Reconciliation.Missing missing =
        reconciliation.end(
            regions, results -> strategy.stillNeeded(results, failover::isToRestart));
    if (job.getStatus() == JobStatus.RECONCILING) {
      transitionTo(JobStatus.RUNNING, missing.describe());
    }
    deployer.declareNeed();
    TaskManagerLostException cause =
        new TaskManagerLostException("No TaskManager has reported it to the new leader");
    missing.lost().forEach(id -> graph.lostBefore(id, cause));
    if (!missing.fresh().isEmpty()) {
      strategy.onCreated(missing.fresh());
    }
  }

  @Override
  public JobProgress progress() {
    Map<String, Integer> taskManagers = new LinkedHashMap<>();
    List<VertexProgress> vertices = graph.progress(taskManagers);
    return new JobProgress(
        graph.getJobId(),
        cancelRequested,
        failover.numberOfRestarts(),
        failover.policy().save(services.runtime().clock()),
        vertices,
        List.copyOf(taskManagers.keySet()));
  }

  private void scheduleStartable(boolean waitsForMore) {
    strategy.takeStartable().forEach(bundle -> deployer.schedule(graph, bundle, waitsForMore));
  }

  /** In a staged job others may have the slots, and will leave them. */
  private void onSlotsRefused(List<ExecutionVertexID> subtasks, Throwable reason) {
    if (isStaged && graph.countDeployedTasks() > 0) {
      LOG.debug("Job {}: {} tasks wait on for slots.", graph.getJobId(), subtasks.size());
      deployer.request(graph, subtasks, true);
    } else {
      failJob(reason);
    }
  }

  @Override
  public boolean updateTaskExecutionState(TaskExecutionState update) {
    return reports.update(graph, update, found -> reactions.reactTo(() -> update(found, update)));
  }

  private void update(Execution execution, TaskExecutionState update) {
    ExecutionAttemptID missing = update.missingProducer();
    SerializedThrowable failure = update.failure();
    if (missing != null && failure != null && !execution.getState().isTerminal()) {
      boolean isUnreachable = FailureKinds.isTaskManagerLost(failure);
      onResultsLost(graph.getResults().lose(missing, isUnreachable), failure);
      graph
          .findExecution(missing)
          .map(Execution::getLocation)
          .ifPresent(place -> listener.resultsUseless(place.resourceId(), List.of(missing)));
    }
    execution.updateState(update);
  }

  /** What others wait for is made again at once; what nobody reads any more is not missed. */
  private void onResultsLost(List<ExecutionVertexID> lost, SerializedThrowable cause) {
    for (ExecutionVertexID id : strategy.stillNeeded(lost, failover::isToRestart)) {
      failures.add(JobFailure.of(graph.getVertex(id).getCurrentExecution(), cause));
    }
  }

  @Override
  public void cancel() {
    if (job.getStatus().canBecome(JobStatus.CANCELLING)) {
      cancelRequested = true;
      listener.progressChanged();
      beginToEnd(JobStatus.CANCELLING, "cancel requested");
      reactions.reactTo(graph::cancelAll);
    }
  }

  /** Fails the job for a reason that is no single task's, and that no restart would mend. */
  void failJob(Throwable cause) {
    failures.add(JobFailure.ofJob(cause));
    reactions.react();
  }

  @Override
  public void onTaskManagerLost(ResourceID taskManagerId, TaskManagerLostException cause) {
    ExceptionHistory.Incident end = failures.end();
    if (end != null && deployedOn(taskManagerId) > 0) {
      failures.addTo(end, JobFailure.ofJob(cause));
    }
    reactions.reactTo(
        () -> {
          onResultsLost(graph.getResults().lose(taskManagerId), SerializedThrowable.of(cause));
          slotPool.releaseTaskManager(taskManagerId, cause);
          graph.failLeftOn(taskManagerId, cause);
        });
  }

  @Override
  public boolean hasResultsOn(ResourceID taskManagerId) {
    return graph.getResults().isHolding(taskManagerId);
  }

  @Override
  public void onDraining(List<ResourceID> taskManagerIds) {
    failover.setDraining(taskManagerIds);
    reactions.reactTo(() -> slotPool.setDraining(taskManagerIds));
  }

  @Override
  public void onSlotsOffered() {
    if (failover.isDraining()) {
      reactions.react();
    }
  }

  @Override
  public DeploymentTracker.Reconciliation reconcile(
      ResourceID taskManagerId, List<ExecutionStatus> report) {
    return graph.getDeployments().reconcile(taskManagerId, report);
  }

  @Override
  public int deployedOn(ResourceID taskManagerId) {
    return graph.getDeployments().deployedOn(taskManagerId);
  }

  @Override
  public void suspend(String reason) {
    if (job.getStatus().isTerminal()) {
      return;
    }
    failover.clear();
    reconciliation.giveUpAll();
    reactions.withoutReaction(graph::suspendAll);
    transitionTo(JobStatus.SUSPENDED, reason);
  }

  @Override
  public JobStatus getJobStatus() {
    return job.getStatus();
  }

  @Override
  public ArchivedExecutionGraph requestJob() {
    return graph.archive(job, failures.history(), failover.numberOfRestarts());
  }

  @Override
  public int possibleTasks() {
    return graph.getTotalTasks();
  }

  @Override
  public List<ExecutionSnapshot> snapshot() {
    return graph.snapshot();
  }

  @Override
  public void checkInvariants() {
    graph.checkInvariants();
    if (job.getStatus().isTerminal() && !graph.areAllTasksTerminal()) {
      throw new IllegalStateException(
          "Job "
              + job.getJobId()
              + " is "
              + job.getStatus()
              + " but has tasks: "
              + graph.describeTasks());
    }
  }

  private void onStateChanged(Execution execution, ExecutionState from, ExecutionState to) {
    ErrorInfo failure = execution.getFailure();
    if (to == ExecutionState.FAILED && failure != null) {
      failures.add(JobFailure.of(execution, failure.exception()));
    }
    ExecutionVertexID id = execution.getVertex().getId();
    boolean isToRestart = failover.isToRestart(id);
    if ((to == ExecutionState.FINISHED && !isToRestart)
        || (to.isTerminal() && !failover.canRestart())) {
      deployer.noLongerNeeds(id);
    }
    if (to == ExecutionState.FINISHED || isRestarted(execution, to)) {
      listener.progressChanged();
    }
    if (to == ExecutionState.FINISHED) {
      if (isToRestart) {
        // It has not heard in time that it is to run again; nobody may read what it has left.
        graph.getResults().invalidate(List.of(id)).forEach(listener::resultsUseless);
      } else {
        strategy.onFinished(id);
      }
    }
    if (to.isTerminal()) {
      failover.attemptEnded(id);
      reactions.react();
    } else if (to == ExecutionState.RUNNING
        && graph.countTasks(ExecutionState.RUNNING) == graph.getTotalTasks()) {
      LOG.info("Job {}: all {} tasks are running.", graph.getJobId(), graph.getTotalTasks());
      services
          .mainThread()
          .schedule(listener::progressChanged, PLACES_STORED_AFTER_MS, TimeUnit.MILLISECONDS);
    }
  }

  private static boolean isRestarted(Execution execution, ExecutionState to) {
    return to == ExecutionState.DEPLOYING && execution.getAttemptId().attemptNumber() > 0;
  }

  private void onReaction() {
    do {
      failover.onFailures(failures.takeUnhandled());
      failover.evacuate(slotPool.spareSlots());
      failover.restartReady();
      if (!isStaged || reconciliation.isOver()) {
        scheduleStartable(true);
      }
    } while (failures.hasUnhandled());
    endIfDone();
  }

  private void beginToFail(JobFailures.Incident incident, String why) {
    failures.beginEnd(incident);
    beginToEnd(JobStatus.FAILING, incident.root().described().describe() + " (" + why + ")");
    graph.cancelAll();
  }

  /** From now on no task is started again: the slots of those that have ended are not needed. */
  private void beginToEnd(JobStatus next, String reason) {
    failover.clear();
    reconciliation.giveUpAll();
    transitionTo(next, reason);
    graph.forEachExecution(
        execution -> {
          if (execution.getState().isTerminal()) {
            deployer.noLongerNeeds(execution.getVertex().getId());
          }
        });
  }

  private void endIfDone() {
    if (!graph.areAllTasksTerminal()) {
      return;
    }
    switch (job.getStatus()) {
      case RUNNING -> transitionTo(JobStatus.FINISHED, "all tasks finished");
      case FAILING -> transitionTo(JobStatus.FAILED, failures.describeRootCause());
      case CANCELLING -> transitionTo(JobStatus.CANCELED, "all tasks ended");
      default -> {
        // not begun, about to start again, or over
      }
    }
  }

  private void transitionTo(JobStatus next, String reason) {
    job.transitionTo(next, reason + " [" + graph.describeTasks() + "]");
    listener.jobStatusChanged(next);
  }

  private final class FailoverControl implements Failover.Control {
    @Override
    public void transitionTo(JobStatus next, String reason) {
      if (job.getStatus() == JobStatus.RECONCILING) {
        deployer.declareNeed();
      }
      DefaultScheduler.this.transitionTo(next, reason);
    }

    @Override
    public void beginToFail(JobFailures.Incident incident, String why) {
      DefaultScheduler.this.beginToFail(incident, why);
    }

    @Override
    public void onCreated(List<ExecutionVertexID> subtasks) {
      strategy.onCreated(subtasks);
    }

    @Override
    public void react() {
      reactions.react();
    }
  }
}
