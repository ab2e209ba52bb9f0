package org.stellwerk.runtime.taskexecutor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.util.ExceptionUtils;

/**
 * Tells one JobMaster the states of its attempts. What becomes known in one turn of the main
 * thread, and what waits behind it there, travels as one message: a message is collected until a
 * flush that is posted behind the turn. For each attempt the newest state is repeated until the
 * JobMaster has acknowledged or refused it. Keeps, of attempts that have ended, only what is not
 * acknowledged. Component of a {@link JobLeaderConnection}, in the main thread.
 */
final class TaskStateReporter {

  private static final Logger LOG = LoggerFactory.getLogger(TaskStateReporter.class);

  /** Hears what the JobMaster says. */
  interface Listener {
    /** Whether the failure ends the connection; acts upon it then. What is pending stays so. */
    boolean onSessionOver(Throwable failure);

    /** The JobMaster does not want to know of the attempt. */
    void onRefused(TaskExecutionState state, Throwable failure);

    /** Nothing is left unacknowledged. */
    void onDrained();
  }

  private final JobMasterGateway gateway;
  private final ConnectionContext context;
  private final Listener listener;

  /** The newest state of each attempt, as long as it is not answered. */
  private final Map<ExecutionAttemptID, TaskExecutionState> pending = new LinkedHashMap<>();

  private final Set<RepeatedCall<List<ExecutionAttemptID>>> calls = new LinkedHashSet<>();
  private List<TaskExecutionState> collected = new ArrayList<>();
  private boolean closed;

  TaskStateReporter(JobMasterGateway gateway, ConnectionContext context, Listener listener) {
    this.gateway = gateway;
    this.context = context;
    this.listener = listener;
  }

  /** Tells a state; an older one of the same attempt is not repeated any more. */
  void report(TaskExecutionState state) {
    pending.put(state.attemptId(), state);
    collected.add(state);
    if (collected.size() == 1) {
      context.mainThread().execute(this::flush);
    }
  }

  /** Sends what is collected now; before a goodbye, after which nobody would listen. */
  void flush() {
    if (closed || collected.isEmpty()) {
      return;
    }
    Batch batch = new Batch(collected);
    collected = new ArrayList<>();
    batch.send();
  }

  /** Ends of attempts that the JobMaster may not know yet. */
  List<TaskExecutionState> unacknowledgedEnds() {
    return pending.values().stream().filter(state -> state.state().isTerminal()).toList();
  }

  boolean isDrained() {
    return pending.isEmpty();
  }

  /** Repeats nothing any more. */
  void close() {
    closed = true;
    calls.forEach(RepeatedCall::close);
    calls.clear();
    collected.clear();
    pending.clear();
  }

  private boolean isNewest(TaskExecutionState state) {
    return state.equals(pending.get(state.attemptId()));
  }

  /** States that travel together. */
  private final class Batch {

    private final RepeatedCall<List<ExecutionAttemptID>> call =
        new RepeatedCall<>(this::tell, context, this::onAnswer);
    private List<TaskExecutionState> states;
    private boolean repeated;

    Batch(List<TaskExecutionState> states) {
      this.states = List.copyOf(states);
    }

    void send() {
      calls.add(call);
      call.start();
    }

    /** All the first time, for the JobMaster notes when each state began; then what is newest. */
    private CompletableFuture<List<ExecutionAttemptID>> tell() {
      if (repeated) {
        states = states.stream().filter(TaskStateReporter.this::isNewest).toList();
      }
      repeated = true;
      return gateway.updateTaskExecutionStates(states, context.config().timeouts().repetition());
    }

    private void onAnswer(@Nullable List<ExecutionAttemptID> unknown, @Nullable Throwable failure) {
      calls.remove(call);
      if (failure != null && !closed && listener.onSessionOver(failure)) {
        return; // the next JobMaster is to be told
      }
      for (TaskExecutionState state : states) {
        if (isNewest(state)) {
          pending.remove(state.attemptId());
        }
        Throwable refusal = failure;
        if (unknown != null && unknown.contains(state.attemptId())) {
          refusal = new IllegalArgumentException("it is no current attempt of its job");
        }
        if (refusal != null && !closed) {
          refused(state, refusal);
        }
      }
      if (!closed && pending.isEmpty()) {
        listener.onDrained();
      }
    }

    private void refused(TaskExecutionState state, Throwable failure) {
      LOG.info(
          "The JobMaster refused attempt {} as {}: {}",
          state.attemptId(),
          state.state(),
          ExceptionUtils.describe(failure));
      listener.onRefused(state, failure);
    }
  }
}
