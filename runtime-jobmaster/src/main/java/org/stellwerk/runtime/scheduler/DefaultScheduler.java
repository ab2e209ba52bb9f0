package org.stellwerk.runtime.scheduler;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionContext;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.executiongraph.ExecutionJobVertex;
import org.stellwerk.runtime.executiongraph.ExecutionVertex;
import org.stellwerk.runtime.executiongraph.TaskFailedException;
import org.stellwerk.runtime.executiongraph.TaskManagerLostException;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.slotpool.AllocatedSlot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolGateway;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.ErrorInfo;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.util.ExceptionUtils;

/**
 * Runs a job: asks for all its slots, deploys all its tasks once they are there, producers first,
 * and brings the job to its end: all finished, or the first failure cancels the rest and fails the
 * job, or it is cancelled. In the JobMaster's main thread; soft state.
 *
 * <p>A failure that only follows from another task's failure is the root cause only until the other
 * one is known. Reactions to transitions are queued and worked off one after the other, so that no
 * reaction runs inside of another.
 */
public final class DefaultScheduler {

  private static final Logger LOG = LoggerFactory.getLogger(DefaultScheduler.class);

  private record Failure(SerializedThrowable cause, SerializedThrowable described) {}

  private final ExecutionGraph graph;
  private final SlotPoolGateway slotPool;
  private final SchedulerServices services;
  private final JobStatusListener listener;
  private final Deque<Failure> newFailures = new ArrayDeque<>();
  private boolean rootCauseIsSecondary;
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

  /** Begins: declares the need for slots and waits for them. */
  public void startScheduling() {
    int slots = graph.getRequiredSlots();
    transitionTo(JobStatus.CREATED, "starting, " + graph.getTotalTasks() + " tasks");
    transitionTo(JobStatus.RUNNING, "asking for " + slots + " slots");
    graph.scheduleAll();
    slotPool.declareRequiredResources(slots);
    FutureUtils.assertNoException(
        slotPool
            .requestSlots(slots, services.slotRequestTimeout())
            .handle(
                (given, failure) -> {
                  if (failure == null) {
                    deploy(given);
                  } else {
                    failJob(ExceptionUtils.stripCompletionException(failure));
                  }
                  return given;
                }),
        services.runtime().fatalErrorHandler());
  }

  private void deploy(List<AllocatedSlot> slots) {
    if (graph.getState() != JobStatus.RUNNING) {
      return;
    }
    List<AllocatedSlot> bySubtask = EvenSpread.order(slots);
    for (ExecutionJobVertex vertex : graph.getVertices()) {
      for (ExecutionVertex subtask : vertex.getVertices()) {
        AllocatedSlot slot = bySubtask.get(subtask.getId().subtaskIndex());
        if (!subtask.getCurrentExecution().tryAssignSlot(slot.allocateLogicalSlot())) {
          throw new IllegalStateException(
              "Could not assign " + slot + " to " + subtask.getCurrentExecution());
        }
      }
    }
    long taskManagers =
        slots.stream().map(slot -> slot.getSlotId().resourceId()).distinct().count();
    LOG.info(
        "Job {}: deploying {} tasks to {} slots on {} TaskManagers.",
        graph.getJobId(),
        graph.getTotalTasks(),
        slots.size(),
        taskManagers);
    graph.forEachExecution(Execution::deploy);
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
      transitionTo(JobStatus.CANCELLING, "cancel requested");
      reactTo(graph::cancelAll);
    }
  }

  /** Fails the job for a reason that is no single task's. */
  public void failJob(Throwable cause) {
    SerializedThrowable data = SerializedThrowable.of(cause);
    newFailures.add(new Failure(data, data));
    react();
  }

  /**
   * A TaskExecutor is lost; its executions hear of it from their slots. It explains failures that
   * only followed from another one.
   */
  public void onTaskManagerLost(ResourceID taskManagerId, TaskManagerLostException cause) {
    if (graph.getState() == JobStatus.FAILING
        && rootCauseIsSecondary
        && graph.getDeployments().deployedOn(taskManagerId) > 0) {
      SerializedThrowable data = SerializedThrowable.of(cause);
      setRootCause(new Failure(data, data), false);
    }
  }

  /** Ends the job for this leader session only; its tasks are told by other means. */
  public void suspend(String reason) {
    if (graph.getState().isTerminal()) {
      return;
    }
    reacting = true;
    graph.suspendAll();
    newFailures.clear();
    reacting = false;
    transitionTo(JobStatus.SUSPENDED, reason);
  }

  /** The job as it is now. */
  public ArchivedExecutionGraph requestJob() {
    return graph.archive();
  }

  private void onStateChanged(Execution execution, ExecutionState from, ExecutionState to) {
    ErrorInfo failure = execution.getFailure();
    if (to == ExecutionState.FAILED && failure != null) {
      newFailures.add(new Failure(failure.exception(), describe(execution, failure.exception())));
    }
    if (to.isTerminal()) {
      react();
    } else if (to == ExecutionState.RUNNING
        && graph.countTasks(ExecutionState.RUNNING) == graph.getTotalTasks()) {
      LOG.info("Job {}: all {} tasks are running.", graph.getJobId(), graph.getTotalTasks());
    }
  }

  private static SerializedThrowable describe(Execution execution, SerializedThrowable cause) {
    TaskManagerLocation location = execution.getLocation();
    boolean speaksForItself = cause.className().equals(TaskManagerLostException.class.getName());
    return location == null || speaksForItself
        ? cause
        : TaskFailedException.describe(
            execution.getVertex().getTaskNameWithSubtask(), location, cause);
  }

  private void reactTo(Runnable action) {
    reacting = true;
    try {
      action.run();
    } finally {
      reacting = false;
    }
    react();
  }

  private void react() {
    if (reacting) {
      return;
    }
    reacting = true;
    try {
      for (Failure next = newFailures.poll(); next != null; next = newFailures.poll()) {
        onFailure(next);
      }
      endIfDone();
    } finally {
      reacting = false;
    }
  }

  private void onFailure(Failure failure) {
    LOG.debug("Job {}: {}", graph.getJobId(), failure.described().describe());
    boolean secondary = SecondaryFailures.isSecondary(failure.cause());
    if (graph.getState() == JobStatus.FAILING) {
      if (rootCauseIsSecondary && !secondary) {
        setRootCause(failure, false);
        LOG.info("Job {}: root cause: {}", graph.getJobId(), failure.described().describe());
      }
      return;
    }
    if (graph.getState().canBecome(JobStatus.FAILING)) {
      setRootCause(failure, secondary);
      transitionTo(JobStatus.FAILING, failure.described().describe());
      graph.cancelAll();
    }
  }

  private void setRootCause(Failure failure, boolean secondary) {
    rootCauseIsSecondary = secondary;
    graph.setFailure(
        new ErrorInfo(failure.described(), services.runtime().clock().absoluteTimeMillis()));
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
        // not begun, or over
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
