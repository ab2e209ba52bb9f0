package org.stellwerk.runtime.taskexecutor;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;

/**
 * One attempt as the TaskExecutor controls it, from deployment to its end; what runs it lies below
 * {@link TaskRunner}. Lives in the TaskExecutor's main thread, into which the runner's events hop.
 *
 * <pre>
 * CREATED → DEPLOYING → INITIALIZING → RUNNING → FINISHED
 *   CREATED → CANCELED | FAILED (nothing was started)
 *   DEPLOYING | INITIALIZING | RUNNING → CANCELING → CANCELED | FAILED | FINISHED (it was faster)
 *   DEPLOYING | INITIALIZING | RUNNING → FAILED | FINISHED
 * </pre>
 *
 * <p>A terminal state means that nothing of the attempt runs any more: an attempt that is to fail
 * from outside is CANCELING until its thread has ended, and FAILED then. Once started, only the
 * runner's own word ends it. One that does not end in time is <em>given up</em>: the JobMaster is
 * told that it has failed and does not wait for it, while here it stays CANCELING.
 */
final class Task {

  private static final Logger LOG = LoggerFactory.getLogger(Task.class);

  /** Hears what becomes of the task. */
  interface Listener {
    /** After each transition. */
    void onTransition(Task task, ExecutionState from);

    /** Once, when the task is given up. */
    void onGivenUp(Task task);
  }

  private final TaskDeploymentDescriptor descriptor;
  private final TaskRunner runner;
  private final ComponentMainThreadExecutor mainThread;
  private final CancellationWatch watch;
  private final Listener listener;
  private ExecutionState state = ExecutionState.CREATED;
  private @Nullable TaskHandle handle;
  private CancellationWatch.@Nullable Ending ending;

  /** Why it is CANCELING. */
  private String cancelReason = "";

  private @Nullable SerializedThrowable failure;
  private @Nullable SerializedThrowable givenUp;
  private @Nullable ExecutionAttemptID missingProducer;
  private IOMetrics lastMetrics = IOMetrics.ZERO;

  /** An attempt of which nothing runs yet. */
  Task(
      TaskDeploymentDescriptor descriptor,
      TaskRunner runner,
      ComponentMainThreadExecutor mainThread,
      CancellationWatch watch,
      Listener listener) {
    this.descriptor = descriptor;
    this.runner = runner;
    this.mainThread = mainThread;
    this.watch = watch;
    this.listener = listener;
  }

  ExecutionAttemptID attemptId() {
    return descriptor.attemptId();
  }

  JobID jobId() {
    return descriptor.jobId();
  }

  ExecutionState state() {
    return state;
  }

  /** Whether it has left results that are read after its end. */
  boolean leavesResults() {
    return state == ExecutionState.FINISHED
        && !isGivenUp()
        && descriptor.taskInformation().hasBlockingOutput();
  }

  /** Whether the JobMaster does not wait for its end. */
  boolean isGivenUp() {
    return givenUp != null;
  }

  /** The present state, for the JobMaster; FAILED if it is given up. */
  TaskExecutionState executionState() {
    if (givenUp != null) {
      return new TaskExecutionState(
          jobId(), attemptId(), ExecutionState.FAILED, givenUp, metrics(), true, null);
    }
    boolean failed = state == ExecutionState.FAILED;
    return new TaskExecutionState(
        jobId(),
        attemptId(),
        state,
        failed ? failure : null,
        metrics(),
        false,
        failed ? missingProducer : null);
  }

  /** The present state and progress, for a heartbeat. */
  TaskExecutorHeartbeat.ExecutionStatus status() {
    return new TaskExecutorHeartbeat.ExecutionStatus(attemptId(), state, metrics());
  }

  /** Begins to run; only once. */
  void start() {
    transitionTo(ExecutionState.DEPLOYING, "received");
    try {
      handle = runner.start(descriptor, new HoppingEvents());
    } catch (Throwable t) {
      failure = FailureReports.of(t);
      transitionTo(ExecutionState.FAILED, "could not be started: " + failure.describe());
    }
  }

  /** Ends the attempt as CANCELED, unless it has ended or is ending already. */
  void cancel(String reason) {
    if (state == ExecutionState.CREATED) {
      transitionTo(ExecutionState.CANCELED, reason);
    } else {
      beginToEnd(reason);
    }
  }

  /** Ends the attempt as FAILED, unless it has ended or is ending already. */
  void fail(Throwable cause) {
    fail(FailureReports.of(cause));
  }

  private void fail(SerializedThrowable reason) {
    if (state.isTerminal() || state == ExecutionState.CANCELING) {
      return;
    }
    failure = reason;
    if (state == ExecutionState.CREATED) {
      transitionTo(ExecutionState.FAILED, reason.describe());
    } else {
      beginToEnd(reason.describe());
    }
  }

  private void beginToEnd(String reason) {
    TaskHandle running = handle;
    if (running == null || state.isTerminal() || state == ExecutionState.CANCELING) {
      return;
    }
    CancellationWatch.Ending begun =
        new CancellationWatch.Ending(this::describe, running, this::giveUp);
    ending = begun;
    cancelReason = reason;
    transitionTo(ExecutionState.CANCELING, reason);
    watch.start(begun);
  }

  private void giveUp(String stack) {
    givenUp =
        FailureReports.bounded(
            new SerializedThrowable(
                TaskStuckException.class.getName(),
                "Task "
                    + describe()
                    + " did not end within "
                    + watch.timeout().toMillis()
                    + " ms of being cancelled (task.cancellation.timeout); its slot is out of use"
                    + " until it does",
                "It ignores interruption here:\n" + stack,
                failure));
    listener.onGivenUp(this);
  }

  private void onProgress(ExecutionState next) {
    if (state != ExecutionState.CANCELING && state.canBecome(next)) {
      transitionTo(next, "the task says so");
    }
  }

  private void onFinished(IOMetrics metrics) {
    if (state == ExecutionState.CANCELING && failure != null) {
      end(ExecutionState.FAILED, failure.describe(), metrics);
    } else {
      end(ExecutionState.FINISHED, "its work is done", metrics);
    }
  }

  private void onFailed(
      SerializedThrowable cause, @Nullable ExecutionAttemptID missing, IOMetrics metrics) {
    if (state != ExecutionState.CANCELING) {
      missingProducer = missing;
      endByItself(cause, metrics);
    } else if (failure == null) {
      end(ExecutionState.CANCELED, cancelReason + "; it ended with " + cause.describe(), metrics);
    } else {
      end(ExecutionState.FAILED, failure.describe(), metrics);
    }
  }

  private void onCanceled(IOMetrics metrics) {
    if (state != ExecutionState.CANCELING) {
      endByItself(
          FailureReports.of(
              new IllegalStateException("The task ended as cancelled, but nobody cancelled it")),
          metrics);
    } else if (failure == null) {
      end(ExecutionState.CANCELED, cancelReason, metrics);
    } else {
      end(ExecutionState.FAILED, failure.describe(), metrics);
    }
  }

  private void endByItself(SerializedThrowable cause, IOMetrics metrics) {
    if (!state.isTerminal()) {
      failure = cause;
      LOG.debug("Task {} failed.\n{}", describe(), cause.stackTrace());
    }
    end(ExecutionState.FAILED, cause.describe(), metrics);
  }

  private void end(ExecutionState terminal, String reason, IOMetrics metrics) {
    if (state.isTerminal()) {
      LOG.warn("Task {} was said to have ended a second time, as {}.", describe(), terminal);
      return;
    }
    lastMetrics = metrics;
    handle = null;
    CancellationWatch.Ending over = ending;
    ending = null;
    if (over != null) {
      watch.stop(over);
    }
    transitionTo(terminal, reason);
  }

  private IOMetrics metrics() {
    TaskHandle running = handle;
    return running == null ? lastMetrics : running.metrics();
  }

  private String describe() {
    return descriptor.taskNameWithSubtask() + " (" + attemptId() + ") of job " + jobId();
  }

  private void transitionTo(ExecutionState next, String reason) {
    if (!state.canBecome(next)) {
      throw new IllegalStateException(
          "Task " + describe() + " cannot go from " + state + " to " + next + ": " + reason);
    }
    ExecutionState from = state;
    state = next;
    log(from, reason);
    listener.onTransition(this, from);
  }

  /** The steps on the way to RUNNING or to the end tell an operator nothing that these do not. */
  private void log(ExecutionState from, String reason) {
    if (state == ExecutionState.RUNNING || state.isTerminal()) {
      LOG.info("Task {}: {} -> {}: {}", describe(), from, state, reason);
    } else if (LOG.isDebugEnabled()) {
      LOG.debug("Task {}: {} -> {}: {}", describe(), from, state, reason);
    }
  }

  /** Takes the runner's events into the main thread; user exceptions stay behind. */
  private final class HoppingEvents implements TaskEvents {
    @Override
    public void onInitializing() {
      mainThread.execute(() -> onProgress(ExecutionState.INITIALIZING));
    }

    @Override
    public void onRunning() {
      mainThread.execute(() -> onProgress(ExecutionState.RUNNING));
    }

    @Override
    public void onFailing(Throwable cause) {
      SerializedThrowable reason = FailureReports.of(cause);
      mainThread.execute(() -> fail(reason));
    }

    @Override
    public void onFinished(IOMetrics metrics) {
      mainThread.execute(() -> Task.this.onFinished(metrics));
    }

    @Override
    public void onFailed(Throwable cause, IOMetrics metrics) {
      SerializedThrowable failureOfTask = FailureReports.of(cause);
      ExecutionAttemptID missing =
          PartitionNotFoundException.finishedProducerIn(cause).orElse(null);
      mainThread.execute(() -> Task.this.onFailed(failureOfTask, missing, metrics));
    }

    @Override
    public void onCanceled(IOMetrics metrics) {
      mainThread.execute(() -> Task.this.onCanceled(metrics));
    }
  }
}
