package org.stellwerk.runtime.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.executiongraph.JobState;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.scheduler.PendingRestarts.PendingRestart;
import org.stellwerk.runtime.scheduler.failover.ExecutionFailureHandler;
import org.stellwerk.runtime.scheduler.failover.FailureHandlingResult;
import org.stellwerk.runtime.scheduler.failover.RestartPolicy;

/**
 * What becomes of a job's failures: incidents, and of each a restart of what it takes along, or the
 * end of the job. Component of the {@link DefaultScheduler}, in the JobMaster's main thread; what
 * the restart policy remembers and the number of restarts go from leader to leader.
 */
final class Failover {

  private static final Logger LOG = LoggerFactory.getLogger(Failover.class);

  /** The scheduler, as it is told what to do. */
  interface Control {
    /** The job's next status. */
    void transitionTo(JobStatus next, String reason);

    /** The incident ends the job. */
    void beginToFail(JobFailures.Incident incident, String why);

    /** Subtasks have new attempts. */
    void onCreated(List<ExecutionVertexID> subtasks);

    /** Something is due that was not before. */
    void react();
  }

  /** What the job consists of. */
  record Parts(
      JobState job,
      ExecutionGraph graph,
      JobFailures failures,
      Reconciliation reconciliation,
      SchedulerServices services,
      JobStatusListener listener) {}

  private final JobState job;
  private final ExecutionGraph graph;
  private final JobFailures failures;
  private final Reconciliation reconciliation;
  private final SchedulerServices services;
  private final JobStatusListener listener;
  private final ExecutionFailureHandler failureHandler;
  private final Control control;
  private final PendingRestarts restarts = new PendingRestarts();
  private final Evacuation evacuation;
  private long numberOfRestarts;

  /** Nothing has failed. */
  Failover(Parts parts, ExecutionFailureHandler failureHandler, Control control) {
    this.job = parts.job();
    this.graph = parts.graph();
    this.failures = parts.failures();
    this.reconciliation = parts.reconciliation();
    this.services = parts.services();
    this.listener = parts.listener();
    this.failureHandler = failureHandler;
    this.control = control;
    this.evacuation = new Evacuation(failureHandler::tasksToRestart);
  }

  /** When failures lead to a restart. */
  RestartPolicy policy() {
    return failureHandler.policy();
  }

  long numberOfRestarts() {
    return numberOfRestarts;
  }

  /** Goes on counting where an earlier leader was. */
  void countFrom(long restartsBefore) {
    numberOfRestarts = restartsBefore;
  }

  /** Whether the subtask waits to be started again. */
  boolean isToRestart(ExecutionVertexID id) {
    return restarts.of(id) != null;
  }

  /** The current attempt of a subtask has ended. */
  void attemptEnded(ExecutionVertexID id) {
    restarts.attemptEnded(id);
  }

  /** Nothing is started again. */
  void clear() {
    restarts.clear();
  }

  /** The TaskExecutors that are to be left, all of them. */
  void setDraining(List<ResourceID> taskManagerIds) {
    evacuation.setDraining(taskManagerIds);
  }

  /** Whether TaskExecutors are to be left. */
  boolean isDraining() {
    return evacuation.isNeeded();
  }

  /** Whether a failure may lead to a restart. */
  boolean canRestart() {
    return switch (job.getStatus()) {
      case RUNNING, RESTARTING, RECONCILING -> true;
      default -> false;
    };
  }

  /** Starts what has waited long enough. */
  void restartReady() {
    restarts.takeReady().forEach(this::restart);
  }

  /** Reacts to failures that became known together. */
  void onFailures(List<JobFailure> known) {
    List<JobFailure> incident = new ArrayList<>();
    for (JobFailure failure : known) {
      Execution execution = failure.execution();
      PendingRestart restart =
          execution == null ? null : restarts.of(execution.getVertex().getId());
      ExceptionHistory.Incident end = failures.end();
      if (end != null) {
        failures.addTo(end, failure);
      } else if (restart != null) {
        failures.addTo(restart.incident(), failure);
      } else if (canRestart()) {
        incident.add(failure);
      }
    }
    if (!incident.isEmpty()) {
      onIncident(failures.begin(incident));
    }
  }

  private void onIncident(JobFailures.Incident incident) {
    FailureHandlingResult result = handle(incident);
    if (result instanceof FailureHandlingResult.Restart restart) {
      listener.progressChanged(); // one more incident counts
      beginRestart(restart, incident);
    } else {
      control.beginToFail(incident, ((FailureHandlingResult.Fail) result).why());
    }
  }

  /**
   * Moves what is to leave, unless something starts again: that has the first claim on free slots.
   * A move is an incident of which nobody is to blame; a job that may not restart stays.
   */
  void evacuate(int spareSlots) {
    if (job.getStatus() != JobStatus.RUNNING
        || !reconciliation.isOver()
        || !failureHandler.allowsMoves()) {
      return;
    }
    List<JobFailure> leaving = new ArrayList<>();
    for (Execution execution : evacuation.leaving(graph, spareSlots)) {
      leaving.add(JobFailure.ofMove(execution));
    }
    if (!leaving.isEmpty()) {
      onIncident(failures.begin(leaving));
    }
  }

  private FailureHandlingResult handle(JobFailures.Incident incident) {
    List<ExecutionVertexID> failed = new ArrayList<>();
    for (JobFailure failure : incident.all()) {
      Execution execution = failure.execution();
      if (execution == null) {
        return new FailureHandlingResult.Fail("no task can be started again");
      }
      failed.add(execution.getVertex().getId());
    }
    return failureHandler.handle(
        failed, incident.root().cause(), services.runtime().clock().relativeTimeMillis());
  }

  private void beginRestart(FailureHandlingResult.Restart plan, JobFailures.Incident incident) {
    // What is in a region that starts again anyway is not waited for.
    plan.vertices().stream().filter(reconciliation::giveUp).forEach(graph::leftBefore);
    List<ExecutionVertexID> subtasks =
        plan.vertices().stream()
            .filter(id -> restarts.of(id) == null)
            .filter(
                id ->
                    graph.getVertex(id).getCurrentExecution().getState() != ExecutionState.CREATED)
            .toList();
    List<Execution> running =
        subtasks.stream()
            .map(id -> graph.getVertex(id).getCurrentExecution())
            .filter(execution -> !execution.getState().isTerminal())
            .toList();
    PendingRestart restart = restarts.add(subtasks, incident.entry(), running.size());
    String why = incident.root().described().describe();
    if (job.getStatus() == JobStatus.RECONCILING) {
      control.transitionTo(JobStatus.RUNNING, why);
    }
    if (job.getStatus() == JobStatus.RUNNING) {
      control.transitionTo(JobStatus.RESTARTING, why);
    }
    LOG.info(
        "Job {}: restarting {} of {} tasks in {} ms: {}",
        graph.getJobId(),
        subtasks.size(),
        graph.getTotalTasks(),
        plan.delay().toMillis(),
        why);
    listener.progressChanged(); // the incident counts, also if a later leader carries it out
    graph.getResults().invalidate(subtasks).forEach(listener::resultsUseless);
    ExecutionGraph.cancel(running);
    if (plan.delay().isZero()) {
      restart.delayIsOver();
    } else {
      restart.delayedBy(
          services
              .mainThread()
              .schedule(
                  () -> {
                    restart.delayIsOver();
                    control.react();
                  },
                  plan.delay().toMillis(),
                  TimeUnit.MILLISECONDS));
    }
  }

  private void restart(PendingRestart restart) {
    numberOfRestarts++;
    graph.resetForNewExecution(restart.vertices());
    if (restarts.isEmpty() && job.getStatus() == JobStatus.RESTARTING) {
      control.transitionTo(
          JobStatus.RUNNING, "starting " + restart.vertices().size() + " tasks again");
    }
    control.onCreated(restart.vertices());
  }
}
