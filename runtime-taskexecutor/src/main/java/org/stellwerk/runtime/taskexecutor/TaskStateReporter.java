package org.stellwerk.runtime.taskexecutor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat.ExecutionStatus;
import org.stellwerk.util.ExceptionUtils;

/**
 * Tells one JobMaster the states of its attempts: for each attempt the newest state is repeated
 * until the JobMaster has acknowledged or refused it. Keeps, of attempts that have ended, only what
 * is not acknowledged. Component of a {@link JobLeaderConnection}, in the main thread.
 */
final class TaskStateReporter {

  private static final Logger LOG = LoggerFactory.getLogger(TaskStateReporter.class);

  /** Hears what the JobMaster says. */
  interface Listener {
    /** The JobMaster does not want to know of the attempt. */
    void onRefused(TaskExecutionState state, Throwable failure);

    /** Nothing is left unacknowledged. */
    void onDrained();
  }

  private record Pending(TaskExecutionState state, RepeatedCall<Acknowledge> call) {}

  private final JobMasterGateway gateway;
  private final ConnectionContext context;
  private final Listener listener;
  private final Map<ExecutionAttemptID, Pending> pending = new LinkedHashMap<>();

  TaskStateReporter(JobMasterGateway gateway, ConnectionContext context, Listener listener) {
    this.gateway = gateway;
    this.context = context;
    this.listener = listener;
  }

  /** Tells a state; an older one of the same attempt is not repeated any more. */
  void report(TaskExecutionState state) {
    RepeatedCall<Acknowledge> call =
        new RepeatedCall<>(
            () -> gateway.updateTaskExecutionState(state, context.config().timeouts().repetition()),
            context,
            (answer, failure) -> onAnswer(state, failure));
    Pending before = pending.put(state.attemptId(), new Pending(state, call));
    if (before != null) {
      before.call().close();
    }
    call.start();
  }

  /** Ends of attempts that the JobMaster may not know yet. */
  List<ExecutionStatus> unacknowledgedEnds() {
    return pending.values().stream()
        .map(Pending::state)
        .filter(state -> state.state().isTerminal())
        .map(state -> new ExecutionStatus(state.attemptId(), state.state(), state.metrics()))
        .toList();
  }

  boolean isDrained() {
    return pending.isEmpty();
  }

  /** Repeats nothing any more. */
  void close() {
    pending.values().forEach(each -> each.call().close());
    pending.clear();
  }

  private void onAnswer(TaskExecutionState state, @Nullable Throwable failure) {
    pending.remove(state.attemptId());
    if (failure != null) {
      LOG.info(
          "The JobMaster refused attempt {} as {}: {}",
          state.attemptId(),
          state.state(),
          ExceptionUtils.describe(failure));
      listener.onRefused(state, failure);
    }
    if (pending.isEmpty()) {
      listener.onDrained();
    }
  }
}
