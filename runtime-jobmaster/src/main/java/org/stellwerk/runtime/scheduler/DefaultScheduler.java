package org.stellwerk.runtime.scheduler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionContext;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.executiongraph.TaskManagerLostException;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.slotpool.AllocatedSlot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolGateway;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.ErrorInfo;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.scheduler.PendingRestarts.PendingRestart;
import org.stellwerk.runtime.scheduler.failover.ExecutionFailureHandler;
import org.stellwerk.runtime.scheduler.failover.FailureHandlingResult;

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
 */
public final class DefaultScheduler {

  private static final Logger LOG = LoggerFactory.getLogger(DefaultScheduler.class);
  private static final int HISTORY_SIZE = 16;

  private final ExecutionGraph graph;
  private final SlotPoolGateway slotPool;
  private final SchedulerServices services;
  private final JobStatusListener listener;
  private final SlotSharingExecutionSlotAllocator slotAllocator;
  private final ExecutionFailureHandler failureHandler;
  private final PendingRestarts restarts = new PendingRestarts();
  private final ExceptionHistory history = new ExceptionHistory(HISTORY_SIZE);
  private final Deque<JobFailure> newFailures = new ArrayDeque<>();
  private ExceptionHistory.@Nullable Incident end;
  private long numberOfRestarts;
  private boolean reacting;

  /** A scheduler of a job whose scheduling has not begun. */
  public DefaultScheduler(
      ExecutionGraphSpec spec,
      SlotPoolGateway slotPool,
      SchedulerServices services,
      JobStatusListener listener) {
    this.slotPool = slotPool;
    this.services = services;
    this.listener = listener;
    this.slotAllocator =
        new SlotSharingExecutionSlotAllocator(slotPool, services.slotRequestTimeout());
    this.failureHandler =
        ExecutionFailureHandler.create(
            spec.jobGraph(), services.configuration(), services.runtime().random());
    this.graph =
        new ExecutionGraph(
            spec.jobGraph(),
            spec.jobInformation(),
            ExecutionGraphId.generate(services.runtime().ids()),
            new ExecutionContext(
                services.runtime().clock(),
                services.rpcTimeout(),
                this::onStateChanged,
                services.runtime().fatalErrorHandler(),
                services.runtime().transitions()),
            spec.initializationTimestamp());
  }

  /** The job; for reading. */
  public ExecutionGraph getExecutionGraph() {
    return graph;
  }

  /** How many restarts there were; one of several regions at once counts once. */
  public long getNumberOfRestarts() {
    return numberOfRestarts;
  }

  /** Begins: declares the need for slots and waits for them. */
  public void startScheduling() {
    int slots = graph.getRequiredSlots();
    transitionTo(JobStatus.CREATED, "starting, " + graph.getTotalTasks() + " tasks");
    transitionTo(JobStatus.RUNNING, "asking for " + slots + " slots");
    slotPool.declareRequiredResources(slots);
    schedule(graph.getAllVertices(), false);
  }

  private void schedule(List<ExecutionVertexID> subtasks, boolean isRestart) {
    graph.schedule(subtasks);
    Set<Integer> indices = new TreeSet<>();
    subtasks.forEach(id -> indices.add(id.subtaskIndex()));
    FutureUtils.assertNoException(
        slotAllocator.allocate(
            indices,
            isRestart,
            new SlotSharingExecutionSlotAllocator.Answer() {
              @Override
              public void granted(Map<Integer, AllocatedSlot> slots) {
                deploy(subtasks, slots);
              }

              @Override
              public void refused(Throwable reason) {
                failJob(reason);
              }
            }),
        services.runtime().fatalErrorHandler());
  }

  private void deploy(List<ExecutionVertexID> subtasks, Map<Integer, AllocatedSlot> slots) {
    List<Execution> deployable = new ArrayList<>(subtasks.size());
    for (ExecutionVertexID id : subtasks) {
      Execution execution = graph.getVertex(id).getCurrentExecution();
      if (execution.getState() == ExecutionState.SCHEDULED) {
        AllocatedSlot slot = slots.get(id.subtaskIndex());
        if (slot == null || !execution.tryAssignSlot(slot.allocateLogicalSlot())) {
          throw new IllegalStateException("Could not assign " + slot + " to " + execution);
        }
        deployable.add(execution);
      }
    }
    slotAllocator.returnUnused(slots);
    if (deployable.isEmpty()) {
      return;
    }
    LOG.info(
        "Job {}: deploying {} tasks to {} slots on {} TaskManagers.",
        graph.getJobId(),
        deployable.size(),
        slots.size(),
        slots.values().stream().map(slot -> slot.getSlotId().resourceId()).distinct().count());
    deployable.forEach(Execution::deploy);
  }

  /**
   * What a TaskExecutor reports of an attempt.
   *
   * @return false if the attempt is not a current one of this job
   */
  public boolean updateTaskExecutionState(TaskExecutionState update) {
    Optional<Execution> execution = graph.findExecution(update.attemptId());
    execution.ifPresent(found -> found.updateState(update));
    return execution.isPresent();
  }

  /** Begins to cancel the job; nothing if it is over, or being cancelled already. */
  public void cancel() {
    if (graph.getState().canBecome(JobStatus.CANCELLING)) {
      restarts.clear();
      transitionTo(JobStatus.CANCELLING, "cancel requested");
      reactTo(graph::cancelAll);
    }
  }

  /** Fails the job for a reason that is no single task's, and that no restart would mend. */
  public void failJob(Throwable cause) {
    newFailures.add(JobFailure.ofJob(cause));
    react();
  }

  /** A TaskExecutor is lost: so are its slots, and the attempts in them fail, as one incident. */
  public void onTaskManagerLost(ResourceID taskManagerId, TaskManagerLostException cause) {
    if (end != null && graph.getDeployments().deployedOn(taskManagerId) > 0) {
      addToEnd(end, JobFailure.ofJob(cause));
    }
    reactTo(() -> slotPool.releaseTaskManager(taskManagerId, cause));
  }

  /** Ends the job for this leader session only; its tasks are told by other means. */
  public void suspend(String reason) {
    if (graph.getState().isTerminal()) {
      return;
    }
    reacting = true;
    restarts.clear();
    graph.suspendAll();
    newFailures.clear();
    reacting = false;
    transitionTo(JobStatus.SUSPENDED, reason);
  }

  /** The job as it is now. */
  public ArchivedExecutionGraph requestJob() {
    return graph.archive(history.snapshot(), numberOfRestarts);
  }

  private void onStateChanged(Execution execution, ExecutionState from, ExecutionState to) {
    ErrorInfo failure = execution.getFailure();
    if (to == ExecutionState.FAILED && failure != null) {
      newFailures.add(JobFailure.of(execution, failure.exception()));
    }
    if (to.isTerminal()) {
      restarts.attemptEnded(execution.getVertex().getId());
      react();
    } else if (to == ExecutionState.RUNNING
        && graph.countTasks(ExecutionState.RUNNING) == graph.getTotalTasks()) {
      LOG.info("Job {}: all {} tasks are running.", graph.getJobId(), graph.getTotalTasks());
    }
  }

  private void reactTo(Runnable action) {
    boolean nested = reacting;
    reacting = true;
    try {
      action.run();
    } finally {
      reacting = nested;
    }
    react();
  }

  private void react() {
    if (reacting) {
      return;
    }
    reacting = true;
    try {
      do {
        List<JobFailure> failures = new ArrayList<>(newFailures);
        newFailures.clear();
        onFailures(failures);
        restarts.takeReady().forEach(this::restart);
      } while (!newFailures.isEmpty());
      endIfDone();
    } finally {
      reacting = false;
    }
  }

  private void onFailures(List<JobFailure> failures) {
    List<JobFailure> incident = new ArrayList<>();
    for (JobFailure failure : failures) {
      LOG.debug("Job {}: {}", graph.getJobId(), failure.described().describe());
      Execution execution = failure.execution();
      PendingRestart restart =
          execution == null ? null : restarts.of(execution.getVertex().getId());
      if (end != null) {
        addToEnd(end, failure);
      } else if (restart != null) {
        restart.incident().add(failure.toHistory(now()), failure.isConsequence());
      } else if (graph.getState() == JobStatus.RUNNING
          || graph.getState() == JobStatus.RESTARTING) {
        incident.add(failure);
      }
    }
    if (!incident.isEmpty()) {
      onIncident(incident);
    }
  }

  private void onIncident(List<JobFailure> failures) {
    JobFailure root =
        failures.stream()
            .filter(failure -> !failure.isConsequence())
            .findFirst()
            .orElse(failures.get(0));
    ExceptionHistory.Incident incident = history.begin(root.toHistory(now()), root.isConsequence());
    List<JobFailure> others = new ArrayList<>(failures);
    others.remove(root);
    others.forEach(failure -> incident.add(failure.toHistory(now()), failure.isConsequence()));
    FailureHandlingResult result = handle(failures, root);
    if (result instanceof FailureHandlingResult.Restart restart) {
      beginRestart(restart, root, incident);
    } else {
      beginToFail(root, incident, ((FailureHandlingResult.Fail) result).why());
    }
  }

  private FailureHandlingResult handle(List<JobFailure> failures, JobFailure root) {
    List<ExecutionVertexID> failed = new ArrayList<>();
    for (JobFailure failure : failures) {
      Execution execution = failure.execution();
      if (execution == null) {
        return new FailureHandlingResult.Fail("no task can be started again");
      }
      failed.add(execution.getVertex().getId());
    }
    return failureHandler.handle(
        failed, root.cause(), services.runtime().clock().relativeTimeMillis());
  }

  private void beginRestart(
      FailureHandlingResult.Restart plan, JobFailure root, ExceptionHistory.Incident incident) {
    List<ExecutionVertexID> subtasks =
        plan.vertices().stream().filter(id -> restarts.of(id) == null).toList();
    List<Execution> running =
        subtasks.stream()
            .map(id -> graph.getVertex(id).getCurrentExecution())
            .filter(execution -> !execution.getState().isTerminal())
            .toList();
    PendingRestart restart = restarts.add(subtasks, incident, running.size());
    if (graph.getState() == JobStatus.RUNNING) {
      transitionTo(JobStatus.RESTARTING, root.described().describe());
    }
    LOG.info(
        "Job {}: restarting {} of {} tasks in {} ms: {}",
        graph.getJobId(),
        subtasks.size(),
        graph.getTotalTasks(),
        plan.delay().toMillis(),
        root.described().describe());
    running.forEach(Execution::cancel);
    if (plan.delay().isZero()) {
      restart.delayIsOver();
    } else {
      restart.delayedBy(
          services
              .mainThread()
              .schedule(
                  () -> {
                    restart.delayIsOver();
                    react();
                  },
                  plan.delay().toMillis(),
                  TimeUnit.MILLISECONDS));
    }
  }

  private void restart(PendingRestart restart) {
    numberOfRestarts++;
    graph.resetForNewExecution(restart.vertices());
    if (restarts.isEmpty() && graph.getState() == JobStatus.RESTARTING) {
      transitionTo(JobStatus.RUNNING, "starting " + restart.vertices().size() + " tasks again");
    }
    schedule(restart.vertices(), true);
  }

  private void beginToFail(JobFailure root, ExceptionHistory.Incident incident, String why) {
    end = incident;
    restarts.clear();
    setRootCause(root);
    transitionTo(JobStatus.FAILING, root.described().describe() + " (" + why + ")");
    graph.cancelAll();
  }

  private void addToEnd(ExceptionHistory.Incident incident, JobFailure failure) {
    if (incident.add(failure.toHistory(now()), failure.isConsequence())) {
      setRootCause(failure);
      LOG.info("Job {}: root cause: {}", graph.getJobId(), failure.described().describe());
    }
  }

  private void setRootCause(JobFailure failure) {
    graph.setFailure(new ErrorInfo(failure.described(), now()));
  }

  private long now() {
    return services.runtime().clock().absoluteTimeMillis();
  }

  private void endIfDone() {
    if (!graph.areAllTasksTerminal()) {
      return;
    }
    switch (graph.getState()) {
      case RUNNING -> transitionTo(JobStatus.FINISHED, "all tasks finished");
      case FAILING -> transitionTo(JobStatus.FAILED, rootCause());
      case CANCELLING -> transitionTo(JobStatus.CANCELED, "all tasks ended");
      default -> {
        // not begun, about to start again, or over
      }
    }
  }

  private String rootCause() {
    @Nullable ErrorInfo failure = graph.getFailure();
    return failure == null ? "cause unknown" : failure.exception().describe();
  }

  private void transitionTo(JobStatus next, String reason) {
    graph.transitionTo(next, reason);
    listener.jobStatusChanged(next);
  }
}
