package org.stellwerk.runtime.executiongraph;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.jobmaster.slotpool.LogicalSlot;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobReport.HeldExecution;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;
import org.stellwerk.util.ExceptionUtils;

/**
 * One attempt to run a subtask: knows its slot, deploys itself, and follows what its TaskExecutor
 * reports. In the JobMaster's main thread; soft state.
 *
 * <p>Transitions are those of {@link ExecutionState}; all go through one method, which refuses
 * others. Terminal states absorb: a late report changes nothing. A cancelled attempt that was
 * deployed is CANCELING until its TaskExecutor confirms, or is lost.
 *
 * <p>What is sent to the TaskExecutor and has no answer in time has an unknown outcome, and is no
 * failure: the TaskExecutor may be paused. What it reports shows whether it has the task; if it
 * does not, the same is sent again, which is done once there however often it arrives.
 */
public final class Execution implements LogicalSlot.Payload {

  private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

  private final ExecutionVertex vertex;
  private final ExecutionAttemptID attemptId;
  private final ExecutionContext context;
  private final Map<ExecutionState, Long> stateTimestamps = new EnumMap<>(ExecutionState.class);
  private ExecutionState state = ExecutionState.CREATED;
  private @Nullable LogicalSlot slot;
  private @Nullable TaskManagerLocation location;
  private ArchivedExecutionGraph.@Nullable ErrorInfo failure;
  private IOMetrics metrics = IOMetrics.ZERO;
  private boolean answered;
  private int callsUnderWay;

  Execution(ExecutionVertex vertex, ExecutionAttemptID attemptId, ExecutionContext context) {
    this.vertex = vertex;
    this.attemptId = attemptId;
    this.context = context;
    stateTimestamps.put(state, context.clock().absoluteTimeMillis());
  }

  /** The attempt's identity. */
  public ExecutionAttemptID getAttemptId() {
    return attemptId;
  }

  /** The number of the newest attempt of the subtask that may run, or have run, somewhere. */
  int newestDeployedAttempt() {
    boolean waits = state == ExecutionState.CREATED || state == ExecutionState.SCHEDULED;
    return waits ? Math.max(0, attemptId.attemptNumber() - 1) : attemptId.attemptNumber();
  }

  /** The attempt's state. */
  public ExecutionState getState() {
    return state;
  }

  /** The subtask. */
  public ExecutionVertex getVertex() {
    return vertex;
  }

  /** Where it is or was; null if it never had a slot. */
  public @Nullable TaskManagerLocation getLocation() {
    return location;
  }

  /** Why it failed, if it did. */
  public ArchivedExecutionGraph.@Nullable ErrorInfo getFailure() {
    return failure;
  }

  /** The slot, until the attempt has ended. */
  public @Nullable LogicalSlot getSlot() {
    return slot;
  }

  /**
   * Whether the TaskExecutor has answered a submission or a cancellation, or has told of the task:
   * what it does not report from then on has ended there, or never came.
   */
  public boolean isAnswered() {
    return answered;
  }

  /** Whether nothing that was sent to the TaskExecutor has an answer, or still waits for one. */
  boolean isUnanswered() {
    return !answered
        && callsUnderWay == 0
        && (state == ExecutionState.DEPLOYING || state == ExecutionState.CANCELING);
  }

  /** "name (2/4)" with the attempt's number: for people. */
  public String describe() {
    return vertex.getTaskNameWithSubtask() + " attempt " + attemptId.attemptNumber();
  }

  /** Slots are asked for. */
  void schedule() {
    transitionTo(ExecutionState.SCHEDULED);
  }

  /**
   * Occupies the slot; only a SCHEDULED attempt without one may.
   *
   * @return false if the slot is not to be had, or the attempt has ended
   */
  public boolean tryAssignSlot(LogicalSlot newSlot) {
    if (state != ExecutionState.SCHEDULED || slot != null || !newSlot.tryAssignPayload(this)) {
      return false;
    }
    slot = newSlot;
    location = newSlot.getTaskManagerLocation();
    vertex.slotAssigned();
    return true;
  }

  /**
   * Takes over a CREATED attempt that an earlier leader has deployed. One that was being cancelled
   * runs here until it ends; the end of one that did not finish is reported besides.
   *
   * @param held its share of the slot; null if it has ended
   */
  void adopt(TaskManagerLocation where, @Nullable LogicalSlot held, HeldExecution reported) {
    if (held != null && !held.tryAssignPayload(this)) {
      throw new IllegalStateException("Could not assign the slot of " + this);
    }
    slot = held;
    location = where;
    answered = true;
    metrics = reported.metrics();
    vertex.slotAssigned();
    transitionTo(ExecutionState.DEPLOYING);
    switch (reported.state()) {
      case RUNNING, CANCELING -> transitionTo(ExecutionState.RUNNING);
      case INITIALIZING, FINISHED -> transitionTo(reported.state());
      case CREATED, SCHEDULED, DEPLOYING, CANCELED, FAILED -> {
        // on its way, or its end is
      }
    }
  }

  /** A CREATED attempt has finished under an earlier leader. */
  void finishedBefore() {
    transitionTo(ExecutionState.DEPLOYING);
    transitionTo(ExecutionState.FINISHED);
  }

  /** Sends the task to the TaskExecutor of its slot; nothing if the attempt has ended. */
  public void deploy() {
    LogicalSlot assigned = slot;
    if (state.isTerminal()) {
      return;
    }
    if (assigned == null) {
      throw new IllegalStateException(describe() + " cannot be deployed without a slot");
    }
    transitionTo(ExecutionState.DEPLOYING);
    submit(assigned);
  }

  private void submit(LogicalSlot assigned) {
    TaskDeploymentDescriptor task = vertex.createDeploymentDescriptor(assigned.getAllocationId());
    callsUnderWay++;
    watch(
        assigned
            .getTaskManagerGateway()
            .submitTask(task, context.rpcTimeout())
            .handle(
                (ack, failure) -> {
                  callsUnderWay--;
                  onSubmitted(assigned, failure);
                  return ack;
                }));
  }

  /** Of a task that was heard of only the answer is missing; of one being cancelled that counts. */
  private void onSubmitted(LogicalSlot assigned, @Nullable Throwable failure) {
    if (failure == null) {
      answered = true;
    } else if (state == ExecutionState.DEPLOYING && !answered) {
      onNotSubmitted(assigned, ExceptionUtils.stripCompletionException(failure));
    }
  }

  private void onNotSubmitted(LogicalSlot assigned, Throwable failure) {
    if (failure instanceof TimeoutException) {
      LOG.debug("{} was sent, but there is no answer yet: {}", this, failure.toString());
      return;
    }
    // It may have arrived all the same, if the connection broke before the answer.
    sendCancel(assigned);
    fail(
        new TaskSubmissionException(
            "The task could not be deployed: " + ExceptionUtils.describe(failure), failure));
  }

  /** Begins to cancel; at once terminal if there is nothing to wait for. Idempotent. */
  public void cancel() {
    switch (state) {
      case CREATED, SCHEDULED -> transitionTo(ExecutionState.CANCELED);
      case DEPLOYING, INITIALIZING, RUNNING -> {
        LogicalSlot assigned = slot;
        if (assigned == null || !assigned.isAlive()) {
          transitionTo(ExecutionState.CANCELED);
        } else {
          transitionTo(ExecutionState.CANCELING);
          sendCancel(assigned);
        }
      }
      case CANCELING, CANCELED, FINISHED, FAILED -> {
        // nothing to be done, or done already
      }
    }
  }

  /** Repeats the request to cancel, which its TaskExecutor seems not to have heard. */
  public void cancelAgain() {
    LogicalSlot assigned = slot;
    if (state == ExecutionState.CANCELING && assigned != null) {
      sendCancel(assigned);
    }
  }

  /** Repeats what has no answer, as its TaskExecutor, which is well, does not have the task. */
  public void sendAgain() {
    LogicalSlot assigned = slot;
    if (!isUnanswered() || assigned == null) {
      return;
    }
    LOG.info("{} is not known at its TaskManager and sent again.", this);
    if (state == ExecutionState.DEPLOYING) {
      submit(assigned);
    } else {
      sendCancel(assigned);
    }
  }

  /** Arrives behind the submission, if that arrives at all. */
  private void sendCancel(LogicalSlot assigned) {
    callsUnderWay++;
    watch(
        assigned
            .getTaskManagerGateway()
            .cancelTask(attemptId, context.rpcTimeout())
            .handle(
                (ack, unheard) -> {
                  callsUnderWay--;
                  if (unheard == null) {
                    answered = true;
                  } else {
                    LOG.debug("Cancelling {} was not confirmed: {}", this, unheard.toString());
                  }
                  return ack;
                }));
  }

  /** Ends without waiting for the TaskExecutor, which is told by other means. */
  void suspend() {
    if (!state.isTerminal()) {
      transitionTo(ExecutionState.CANCELED);
    }
  }

  /** The slot is lost, or the task cannot run: the attempt ends at once. */
  @Override
  public void fail(Throwable cause) {
    if (state == ExecutionState.CANCELING) {
      transitionTo(ExecutionState.CANCELED);
    } else {
      fail(SerializedThrowable.of(cause));
    }
  }

  private void fail(SerializedThrowable cause) {
    if (!state.isTerminal()) {
      failure = new ArchivedExecutionGraph.ErrorInfo(cause, context.clock().absoluteTimeMillis());
      transitionTo(ExecutionState.FAILED);
    }
  }

  /** What the TaskExecutor reports; late and repeated reports change nothing. */
  public void updateState(TaskExecutionState update) {
    if (state.isTerminal()) {
      return;
    }
    answered = true;
    metrics = update.metrics();
    switch (update.state()) {
      case INITIALIZING, RUNNING, FINISHED -> advance(update.state());
      case CANCELED -> {
        if (state == ExecutionState.CANCELING) {
          transitionTo(ExecutionState.CANCELED);
        } else {
          fail(new TaskFailedException("The TaskManager cancelled the task of its own accord"));
        }
      }
      case FAILED -> {
        SerializedThrowable cause = update.failure();
        fail(
            cause != null
                ? cause
                : SerializedThrowable.of(
                    new TaskFailedException("The TaskManager named no reason")));
      }
      case CREATED, SCHEDULED, DEPLOYING, CANCELING ->
          LOG.debug("{} is {} at its TaskManager.", this, update.state());
    }
  }

  /** What a heartbeat says of the attempt: only steps that lead on, never an end. */
  public void updateProgress(ExecutionState reported, IOMetrics reportedMetrics) {
    if (state.isTerminal()) {
      return;
    }
    answered = true;
    metrics = reportedMetrics;
    if (reported == ExecutionState.INITIALIZING || reported == ExecutionState.RUNNING) {
      advance(reported);
    }
  }

  private void advance(ExecutionState next) {
    if (state.canBecome(next)) {
      transitionTo(next);
    }
  }

  private void transitionTo(ExecutionState next) {
    ExecutionState from = state;
    if (!from.canBecome(next)) {
      throw new IllegalStateException(describe() + " cannot go from " + from + " to " + next);
    }
    state = next;
    stateTimestamps.put(next, context.clock().absoluteTimeMillis());
    LOG.debug("{} ({}) was {}.", this, attemptId, from);
    context.transitions().onTransition(TransitionObserver.EXECUTION, attemptId, from, next);
    if (next.isTerminal()) {
      LogicalSlot held = slot;
      slot = null;
      if (held != null) {
        held.returnSlot();
      }
    }
    context.listener().onStateChanged(this, from, next);
  }

  private void watch(CompletableFuture<?> chain) {
    FutureUtils.assertNoException(chain, context.fatalErrorHandler());
  }

  /** The attempt as it is now, for checks. */
  ExecutionSnapshot snapshot() {
    LogicalSlot held = slot;
    return new ExecutionSnapshot(
        attemptId, state, held == null ? null : held.getAllocationId(), vertex.getSlotSharing());
  }

  /** The attempt as it is now. */
  ArchivedExecutionGraph.Subtask archive() {
    return new ArchivedExecutionGraph.Subtask(
        attemptId, state, stateTimestamps, location, metrics, failure);
  }

  @Override
  public String toString() {
    return describe() + " " + state;
  }
}
