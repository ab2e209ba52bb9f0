package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.RunningTask;

/**
 * I2 as the TaskExecutors see it: of two attempts of a subtask that run and that nobody has
 * cancelled, one is on a TaskExecutor that its JobMaster has given up. Such a one goes on until it
 * hears of that, but nobody listens to it. Otherwise nothing was heard of the older one, because
 * its deployment came too late or the answer was lost: with its first heartbeat it is cancelled,
 * and if that does not come through for the heartbeat timeout, its TaskExecutor is given up. A
 * cancellation that arrives takes effect at once.
 */
final class I2LiveAttempts extends Invariant {

  private final Map<Subtask, Map<ExecutionAttemptID, String>> live = new HashMap<>();
  private final Set<Subtask> contested = new LinkedHashSet<>();
  private final Map<ExecutionGraphId, List<ResourceID>> listening = new HashMap<>();

  /** Of those subtasks of which two attempts are listened to: since when. */
  private final Map<Subtask, Long> since = new LinkedHashMap<>();

  private final LongSupplier nowNanos;
  private final long longestNanos;
  private final List<ExecutionAttemptID> cancelled = new ArrayList<>();

  /**
   * The invariant.
   *
   * @param nowNanos the world's time
   * @param longestNanos how long it takes at most until a TaskExecutor's report has come through,
   *     with what follows from it, or the TaskExecutor is given up
   */
  I2LiveAttempts(
      Consumer<InvariantViolation> violations, LongSupplier nowNanos, long longestNanos) {
    super("I2", violations);
    this.nowNanos = nowNanos;
    this.longestNanos = longestNanos;
  }

  @Override
  void onTaskExecutor(Change<TaskExecutorSnapshot> change) {
    TaskExecutorSnapshot before = change.before();
    if (before != null) {
      before.tasks().forEach(task -> remove(task.attemptId()));
    }
    for (RunningTask task : change.now().tasks()) {
      if (task.state() != ExecutionState.CANCELING) {
        add(task.attemptId(), change.process());
      }
    }
    contested.forEach(this::look);
  }

  private void add(ExecutionAttemptID attempt, String process) {
    Subtask subtask = Subtask.of(attempt);
    Map<ExecutionAttemptID, String> attempts =
        live.computeIfAbsent(subtask, ignored -> new LinkedHashMap<>());
    attempts.put(attempt, process);
    if (attempts.size() > 1) {
      contested.add(subtask);
    }
  }

  private void remove(ExecutionAttemptID attempt) {
    Subtask subtask = Subtask.of(attempt);
    Map<ExecutionAttemptID, String> attempts = live.get(subtask);
    if (attempts != null) {
      attempts.remove(attempt);
      if (attempts.size() < 2) {
        contested.remove(subtask);
        since.remove(subtask);
      }
      if (attempts.isEmpty()) {
        live.remove(subtask);
      }
    }
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    JobMasterSnapshot now = change.now();
    if (!now.executions().isEmpty()) {
      ExecutionGraphId graph = now.executions().get(0).attemptId().executionGraphId();
      listening.put(graph, now.taskManagers());
      contested.forEach(this::look);
    }
  }

  @Override
  void onCall(Call call) {
    List<?> attempts = call.argument(0, List.class);
    if (attempts != null && call.is("cancelTasks")) {
      for (Object each : attempts) {
        if (each instanceof ExecutionAttemptID attempt) {
          cancelled.add(attempt);
        }
      }
    }
  }

  @Override
  void onEndOfEvent() {
    if (!cancelled.isEmpty()) {
      for (ExecutionAttemptID attempt : cancelled) {
        require(
            !live.getOrDefault(Subtask.of(attempt), Map.of()).containsKey(attempt),
            "{} was cancelled, but goes on",
            attempt);
      }
      cancelled.clear();
    }
    if (since.isEmpty()) {
      return;
    }
    long now = nowNanos.getAsLong();
    since.forEach(
        (subtask, first) ->
            require(
                now - first <= longestNanos,
                "{} runs as {}, and all are listened to",
                subtask,
                live.get(subtask)));
  }

  private void look(Subtask subtask) {
    List<ResourceID> listened = listening.getOrDefault(subtask.graph(), List.of());
    Map<ExecutionAttemptID, String> attempts = live.getOrDefault(subtask, Map.of());
    List<String> heard = new ArrayList<>(attempts.values());
    heard.removeIf(process -> !listened.contains(Processes.resourceId(process)));
    if (heard.size() < 2) {
      since.remove(subtask);
    } else {
      since.putIfAbsent(subtask, nowNanos.getAsLong());
    }
  }

  @Override
  void onGone(Source endpoint) {
    if (endpoint.is(TaskExecutor.class)) {
      Set<ExecutionAttemptID> dead = new LinkedHashSet<>();
      live.values()
          .forEach(
              attempts ->
                  attempts.forEach(
                      (attempt, process) -> {
                        if (process.equals(endpoint.process())) {
                          dead.add(attempt);
                        }
                      }));
      dead.forEach(this::remove);
    }
  }
}
