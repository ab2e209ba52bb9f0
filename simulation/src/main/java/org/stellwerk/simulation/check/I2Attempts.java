package org.stellwerk.simulation.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.RunningTask;

/**
 * I2, one attempt at a time: in an execution graph a subtask has one attempt that has not ended,
 * attempt numbers only grow, an attempt that has ended never changes and is FINISHED only if its
 * TaskExecutor said so; in the cluster an attempt runs once, in one process, and its end is told
 * one way only.
 */
final class I2Attempts extends Invariant {

  private final Map<Subtask, ExecutionSnapshot> newest = new HashMap<>();
  private final Set<ExecutionAttemptID> over = new HashSet<>();
  private final Map<ExecutionAttemptID, String> running = new HashMap<>();
  private final Set<ExecutionAttemptID> ended = new HashSet<>();
  private final Map<ExecutionAttemptID, ExecutionState> told = new HashMap<>();

  I2Attempts(Consumer<InvariantViolation> violations) {
    super("I2", violations);
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    Set<Subtask> seen = new HashSet<>();
    for (ExecutionSnapshot execution : change.now().executions()) {
      ExecutionAttemptID id = execution.attemptId();
      Subtask subtask = Subtask.of(id);
      require(seen.add(subtask), "Job {} has {} twice", change.now().jobId(), subtask);
      ExecutionSnapshot former = newest.put(subtask, execution);
      if (former != null && !former.equals(execution)) {
        checkSuccessor(former, execution);
      }
      if (execution.state() == ExecutionState.FINISHED) {
        ExecutionState said = told.get(id);
        require(said == ExecutionState.FINISHED, "{} is FINISHED, but was told as {}", id, said);
      }
    }
  }

  private void checkSuccessor(ExecutionSnapshot former, ExecutionSnapshot now) {
    int step = now.attemptId().attemptNumber() - former.attemptId().attemptNumber();
    require(step >= 0, "{} follows {}", now, former);
    if (step == 0) {
      require(
          !former.state().isTerminal() || now.state() == former.state(),
          "{} had ended as {}, but is {}",
          now.attemptId(),
          former.state(),
          now.state());
    } else {
      require(over.contains(former.attemptId()), "{} begins, but {} has not ended", now, former);
    }
  }

  @Override
  void onTransition(Transition transition) {
    if (transition.machine().equals(TransitionObserver.EXECUTION)
        && transition.to() instanceof ExecutionState state
        && state.isTerminal()
        && transition.id() instanceof ExecutionAttemptID attempt) {
      over.add(attempt);
    }
  }

  @Override
  void onTaskExecutor(Change<TaskExecutorSnapshot> change) {
    TaskExecutorSnapshot before = change.before();
    if (before != null && before.tasks().equals(change.now().tasks())) {
      return;
    }
    Set<ExecutionAttemptID> present = new HashSet<>();
    for (RunningTask task : change.now().tasks()) {
      ExecutionAttemptID attempt = task.attemptId();
      present.add(attempt);
      String elsewhere = running.putIfAbsent(attempt, change.process());
      require(
          elsewhere == null || elsewhere.equals(change.process()),
          "{} runs in {} and in {}",
          attempt,
          elsewhere,
          change.process());
      require(!ended.contains(attempt), "{} has ended, but runs in {}", attempt, change.process());
    }
    if (before != null) {
      for (RunningTask task : before.tasks()) {
        if (!present.contains(task.attemptId())) {
          end(task.attemptId());
        }
      }
    }
  }

  private void end(ExecutionAttemptID attempt) {
    running.remove(attempt);
    ended.add(attempt);
  }

  @Override
  void onGone(Source endpoint) {
    if (endpoint.is(TaskExecutor.class)) {
      running.entrySet().stream()
          .filter(entry -> entry.getValue().equals(endpoint.process()))
          .map(Map.Entry::getKey)
          .toList()
          .forEach(this::end);
    }
  }

  @Override
  void onCall(Call call) {
    List<?> updates = call.argument(0, List.class);
    if (updates == null || call.failure() != null) {
      return;
    }
    for (Object each : updates) {
      if (each instanceof TaskExecutionState update && update.state().isTerminal()) {
        ExecutionState first = told.putIfAbsent(update.attemptId(), update.state());
        require(
            first == null || first == update.state(),
            "{} was told to have ended as {} and as {}",
            update.attemptId(),
            first,
            update.state());
      }
    }
  }
}
