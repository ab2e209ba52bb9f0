package org.stellwerk.runtime.scheduler.adaptive;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.DeploymentTracker;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.executiongraph.JobState;
import org.stellwerk.runtime.executiongraph.TaskManagerLostException;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolGateway;
import org.stellwerk.runtime.jobmaster.slotpool.TaskManagerGateway;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.ErrorInfo;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat.ExecutionStatus;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.scheduler.Adoption;
import org.stellwerk.runtime.scheduler.ExceptionHistory;
import org.stellwerk.runtime.scheduler.ExecutionDeployer;
import org.stellwerk.runtime.scheduler.ExecutionGraphSpec;
import org.stellwerk.runtime.scheduler.JobFailure;
import org.stellwerk.runtime.scheduler.JobFailures;
import org.stellwerk.runtime.scheduler.JobStatusListener;
import org.stellwerk.runtime.scheduler.Reactions;
import org.stellwerk.runtime.scheduler.Reconciliation;
import org.stellwerk.runtime.scheduler.SchedulerNG;
import org.stellwerk.runtime.scheduler.SchedulerServices;
import org.stellwerk.runtime.scheduler.TaskReports;
import org.stellwerk.runtime.scheduler.failover.RestartBackoffTimeStrategy;
import org.stellwerk.runtime.scheduler.failover.RestartBackoffTimeStrategy.GiveUp;
import org.stellwerk.runtime.scheduler.failover.RestartBackoffTimeStrategy.RestartAfter;
import org.stellwerk.runtime.scheduler.failover.RestartPolicy;

/**
 * Runs a job with the slots that there are (FLIP-160): declares the most that it can use, begins
 * with what it gets, at least what the lower bounds need, and starts again with another parallelism
 * when there are more slots or fewer. Any failure starts all tasks again. In the JobMaster's main
 * thread; soft state.
 *
 * <p>What it does at present is its {@link State}; the transitions are those of {@link
 * AdaptiveState}, and all go through one method. There is no state for the making of the execution
 * graph, as Flink has it: here that reads nothing and is done at once. An execution graph has one
 * parallelism; all graphs of a job share an identity, and attempt numbers go on from one to the
 * next.
 */
public final class AdaptiveScheduler implements SchedulerNG {

  private static final Logger LOG = LoggerFactory.getLogger(AdaptiveScheduler.class);

  private final ExecutionGraphSpec spec;
  private final SlotPoolGateway slotPool;
  private final SchedulerServices services;
  private final JobStatusListener listener;
  private final JobState job;
  private final JobFailures failures;
  private final RunHistory history;
  private final TaskReports reports;
  private final ExecutionDeployer deployer;
  private final AdaptiveSettings settings;
  private final StateContext context = new Context();
  private final Reactions reactions = new Reactions(this::onReaction);
  private final StateTimers timers;
  private final Created created = new Created(context);
  private State state = created;
  private State entered = created;
  private JobGraph jobGraph;
  private ParallelismChoice choice;
  private @Nullable ExecutionGraph graph;
  private List<ResourceID> draining = List.of();
  private boolean mayGrow = true;

  /** A scheduler of a job whose scheduling has not begun. */
  public AdaptiveScheduler(
      ExecutionGraphSpec spec,
      SlotPoolGateway slotPool,
      SchedulerServices services,
      JobStatusListener listener) {
    this.spec = spec;
    this.slotPool = slotPool;
    this.services = services;
    this.listener = listener;
    this.jobGraph = spec.jobGraph();
    this.choice = ParallelismChoice.of(jobGraph);
    this.job = spec.createState(services);
    this.failures = new JobFailures(job, services.runtime().clock());
    this.history =
        new RunHistory(
            jobGraph.jobId(),
            RestartPolicy.from(services.configuration(), services.runtime().random()),
            services.runtime().clock(),
            spec.firstIdentity(services.runtime().ids()));
    this.timers = new StateTimers(services.mainThread());
    this.settings = AdaptiveSettings.from(services.configuration());
    this.reports = new TaskReports(slotPool, failures, reactions);
    // What is declared follows from the upper bounds, not from the tasks that there are.
    this.deployer =
        new ExecutionDeployer(
            jobGraph,
            slotPool,
            services,
            needed -> {},
            (tasks, reason) -> {
              failures.add(JobFailure.ofJob(reason));
              reactions.react();
            });
  }

  /** The job with the smallest parallelism that its requirements allow. */
  public static JobGraph smallest(JobGraph jobGraph) {
    return jobGraph.withParallelism(ParallelismChoice.of(jobGraph).fewest().byVertex());
  }

  @Override
  public void startScheduling() {
    reactions.reactTo(
        () -> {
          Optional<VertexParallelism> before =
              spec.recovered().flatMap(progress -> history.restore(jobGraph, progress));
          if (history.isCancelRequested()) {
            state.cancel();
            return;
          }
          if (before.isPresent()) {
            reconcile(before.get(), spec.recovered().get());
            return;
          }
          transitionTo(JobStatus.CREATED, "asking for " + choice.describe());
          created.start();
        });
  }

  private void reconcile(VertexParallelism parallelism, JobProgress progress) {
    ExecutionGraph before = newGraph(parallelism);
    graph = before;
    history.continued();
    transitionTo(
        new Reconciling(
            context, before, parallelism, new Reconciliation(before, slotPool, deployer), progress),
        JobStatus.RECONCILING,
        "waiting for TaskManagers to report " + parallelism.describe());
  }

  @Override
  public Adoption adopt(
      TaskManagerLocation location, TaskManagerGateway gateway, JobReport report) {
    Adoption adopted = reactions.callWithoutReaction(() -> state.adopt(location, gateway, report));
    history.adopted(adopted.attempts());
    reactions.react();
    return adopted;
  }

  @Override
  public void onTaskManagerAbsent(String address) {
    reactions.reactTo(() -> state.onTaskManagerAbsent(address));
  }

  @Override
  public JobProgress progress() {
    return history.progress(graph);
  }

  @Override
  public boolean updateTaskExecutionState(TaskExecutionState update) {
    return graph != null && reports.update(graph, update, found -> found.updateState(update));
  }

  @Override
  public void cancel() {
    if (!job.getStatus().isTerminal() && history.requestCancel()) {
      listener.progressChanged();
    }
    reactions.reactTo(() -> state.cancel());
  }

  @Override
  public void suspend(String reason) {
    if (job.getStatus().isTerminal()) {
      return;
    }
    if (graph != null) {
      reactions.withoutReaction(graph::suspendAll);
    }
    context.goToFinished(JobStatus.SUSPENDED, reason);
  }

  @Override
  public void onTaskManagerLost(ResourceID taskManagerId, TaskManagerLostException cause) {
    ExceptionHistory.Incident end = failures.end();
    if (end != null && deployedOn(taskManagerId) > 0) {
      failures.addTo(end, JobFailure.ofJob(cause));
    }
    reactions.reactTo(
        () -> {
          slotPool.releaseTaskManager(taskManagerId, cause);
          Optional.ofNullable(graph).ifPresent(tasks -> tasks.failLeftOn(taskManagerId, cause));
        });
    onSlotsOffered();
  }

  @Override
  public void onSlotsOffered() {
    reactions.reactTo(() -> state.onSlotsChanged());
  }

  @Override
  public void onDraining(List<ResourceID> taskManagerIds) {
    draining = List.copyOf(taskManagerIds);
    reactions.reactTo(() -> slotPool.setDraining(taskManagerIds));
    onSlotsOffered();
  }

  @Override
  public JobResourceRequirements requestResourceRequirements() {
    return choice.requirements();
  }

  @Override
  public void updateResourceRequirements(JobResourceRequirements requirements) {
    jobGraph = jobGraph.withRequirements(requirements);
    mayGrow = true;
    choice = ParallelismChoice.of(jobGraph);
    LOG.info("Job {} has new bounds: {}", jobGraph.jobId(), choice.describe());
    if (!job.getStatus().isTerminal()) {
      slotPool.declareRequiredResources(choice.mostSlots());
      reactions.reactTo(() -> state.onRequirementsChanged());
    }
  }

  @Override
  public DeploymentTracker.Reconciliation reconcile(
      ResourceID taskManagerId, List<ExecutionStatus> report) {
    return (graph == null ? new DeploymentTracker() : graph.getDeployments())
        .reconcile(taskManagerId, report);
  }

  @Override
  public int deployedOn(ResourceID taskManagerId) {
    return graph == null ? 0 : graph.getDeployments().deployedOn(taskManagerId);
  }

  @Override
  public boolean hasResultsOn(ResourceID taskManagerId) {
    return false; // only blocking edges have results that outlive their tasks
  }

  @Override
  public JobStatus getJobStatus() {
    return job.getStatus();
  }

  @Override
  public ArchivedExecutionGraph requestJob() {
    return (graph == null ? newGraph(choice.most()) : graph)
        .archive(job, failures.history(), history.numberOfRestarts());
  }

  @Override
  public int possibleTasks() {
    if (graph != null && !mayGrow) {
      return graph.getTotalTasks();
    }
    return choice.choose(slotPool.stayingSlots()).map(VertexParallelism::total).orElse(0);
  }

  @Override
  public List<ExecutionSnapshot> snapshot() {
    return graph == null ? List.of() : graph.snapshot();
  }

  @Override
  public void checkInvariants() {
    if (graph != null) {
      graph.checkInvariants();
    }
    state.checkInvariants(nothingRuns());
  }

  private void onStateChanged(Execution execution, ExecutionState from, ExecutionState to) {
    ErrorInfo failure = execution.getFailure();
    if (to == ExecutionState.FAILED && failure != null) {
      failures.add(JobFailure.of(execution, failure.exception()));
    }
    if (to == ExecutionState.FINISHED) {
      listener.progressChanged();
    }
    if (to.isTerminal()) {
      reactions.react();
    }
  }

  private void onReaction() {
    State before;
    do {
      before = state;
      if (entered != before) {
        entered = before;
        before.onEnter();
      }
      if (state == before && failures.hasUnhandled()) {
        before.onFailures(failures.takeUnhandled());
      }
      if (state == before && nothingRuns()) {
        before.onNothingRuns();
      }
    } while (state != before || failures.hasUnhandled());
  }

  private boolean nothingRuns() {
    return graph == null || graph.areAllTasksTerminal();
  }

  private ExecutionGraph newGraph(VertexParallelism parallelism) {
    return spec.createGraph(
        jobGraph.withParallelism(parallelism.byVertex()),
        history.nextGraph(),
        services,
        this::onStateChanged);
  }

  private void actIn(State owner, Runnable action) {
    if (state == owner) {
      reactions.reactTo(action);
    }
  }

  private void transitionTo(JobStatus next, String reason) {
    if (job.getStatus() != next) {
      job.transitionTo(next, reason);
      listener.jobStatusChanged(next);
    }
  }

  private void transitionTo(State next, JobStatus status, String reason) {
    State from = state;
    if (!from.kind().successors().contains(next.kind())) {
      throw new IllegalStateException(
          "Job %s cannot go from %s to %s (%s)"
              .formatted(jobGraph.jobId(), from.kind(), next.kind(), reason));
    }
    timers.cancelAll();
    state = next;
    LOG.debug("Job {}: {} -> {}: {}", jobGraph.jobId(), from.kind(), next.kind(), reason);
    services
        .runtime()
        .transitions()
        .onTransition(TransitionObserver.ADAPTIVE_JOB, jobGraph.jobId(), from.kind(), next.kind());
    transitionTo(status, reason);
  }

  private final class Context implements StateContext {

    @Override
    public AdaptiveSettings settings() {
      return settings;
    }

    @Override
    public int slots() {
      return slotPool.stayingSlots();
    }

    @Override
    public boolean isToMove() {
      return draining.stream().anyMatch(taskManager -> deployedOn(taskManager) > 0);
    }

    @Override
    public boolean mayGrow() {
      return mayGrow;
    }

    @Override
    public void onTasksGivenUp() {
      mayGrow = false;
    }

    @Override
    public ParallelismChoice choice() {
      return choice;
    }

    @Override
    public JobFailures failures() {
      return failures;
    }

    @Override
    public void restartOrFail(List<JobFailure> known, VertexParallelism parallelism) {
      JobFailures.Incident incident = failures.begin(known);
      RestartBackoffTimeStrategy.Decision decision = history.decide(incident);
      listener.progressChanged();
      if (decision instanceof RestartAfter restart) {
        goToRestarting(
            incident.entry(),
            restart.delay(),
            Math.min(parallelism.slots(), choice.mostSlots()),
            incident.root().described().describe());
      } else {
        goToFailing(incident, ((GiveUp) decision).why());
      }
    }

    @Override
    public void deploy(ExecutionGraph tasks) {
      deployer.schedule(tasks, tasks.getAllVertices(), true);
    }

    @Override
    public ScheduledFuture<?> runLater(State owner, Duration delay, Runnable action) {
      return timers.arm(delay, () -> actIn(owner, action));
    }

    @Override
    public void goToWaitingForResources(int wanted) {
      if (state instanceof Reconciling) {
        history.notContinued();
      }
      slotPool.declareRequiredResources(choice.mostSlots());
      transitionTo(
          new WaitingForResources(this, wanted),
          job.getStatus(),
          "waiting for " + wanted + " slots");
    }

    @Override
    public void goToExecuting(VertexParallelism parallelism) {
      ExecutionGraph ended = graph;
      if (ended != null) {
        ended.getAllVertices().forEach(deployer::noLongerNeeds);
      }
      ExecutionGraph next = newGraph(parallelism);
      history.started();
      graph = next;
      transitionTo(
          new Executing(this, next, parallelism, false),
          JobStatus.RUNNING,
          "starting " + parallelism.describe());
      listener.progressChanged();
    }

    @Override
    public void goToExecuting(ExecutionGraph adopted, VertexParallelism parallelism) {
      slotPool.declareRequiredResources(choice.mostSlots());
      transitionTo(
          new Executing(this, adopted, parallelism, true),
          JobStatus.RUNNING,
          "going on with " + parallelism.describe());
    }

    @Override
    public void goToRestarting(
        ExceptionHistory.@Nullable Incident incident, Duration delay, int wanted, String why) {
      mayGrow |= incident != null;
      listener.progressChanged(); // the incident counts for a later leader, too
      if (job.getStatus() == JobStatus.RECONCILING) {
        slotPool.declareRequiredResources(choice.mostSlots());
        AdaptiveScheduler.this.transitionTo(JobStatus.RUNNING, why);
      }
      transitionTo(
          new Restarting(this, Objects.requireNonNull(graph), incident, delay, wanted),
          JobStatus.RESTARTING,
          why);
    }

    @Override
    public void goToCanceling() {
      transitionTo(new Canceling(this, graph), JobStatus.CANCELLING, "cancel requested");
    }

    @Override
    public void goToFailing(JobFailures.Incident incident, String why) {
      failures.beginEnd(incident);
      transitionTo(
          new Failing(this, graph, incident.entry()),
          JobStatus.FAILING,
          incident.root().described().describe() + " (" + why + ")");
    }

    @Override
    public void goToFinished(JobStatus status, String why) {
      transitionTo(new Finished(), status, why);
    }
  }
}
