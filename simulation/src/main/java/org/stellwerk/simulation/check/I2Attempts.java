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
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobReport.HeldExecution;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskManagerRegistration;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.RunningTask;

/**
 * I2, one attempt at a time: with a JobMaster a subtask has one attempt that has not ended, attempt
 * numbers only grow, but for the attempt of an earlier leader that takes the place of one that has
 * not begun, an attempt that has ended never changes and is FINISHED only if its TaskExecutor said
 * so, to this leader or to one before; in the cluster an attempt runs once, in one process, and its
 * end is told one way only.
 */
final class I2Attempts extends Invariant {

  /** What a JobMaster has, by its endpoint's name: each leader session has its own. */
  private record Place(String jobMaster, ExecutionVertexID subtask) {}

  private record End(String jobMaster, ExecutionAttemptID attempt) {}

  private final Map<Place, ExecutionSnapshot> newest = new HashMap<>();
  private final Set<End> over = new HashSet<>();
  private final Map<ExecutionAttemptID, String> running = new HashMap<>();
  private final Set<ExecutionAttemptID> ended = new HashSet<>();
  private final Map<ExecutionAttemptID, ExecutionState> told = new HashMap<>();
  private final Set<Numbered> finished = new HashSet<>();

  /** An attempt, whichever leader's execution graph it belongs to. */
  private record Numbered(ExecutionVertexID subtask, int number) {
    static Numbered of(ExecutionAttemptID attempt) {
      return new Numbered(attempt.executionVertexId(), attempt.attemptNumber());
    }
  }

  I2Attempts(Consumer<InvariantViolation> violations) {
    super("I2", violations);
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    JobMasterSnapshot job = change.now();
    String jobMaster = LeaderInformation.jobMasterName(job.session().value(), job.jobId());
    Set<ExecutionVertexID> seen = new HashSet<>();
    for (ExecutionSnapshot execution : job.executions()) {
      ExecutionAttemptID id = execution.attemptId();
      ExecutionVertexID subtask = id.executionVertexId();
      require(seen.add(subtask), "Job {} has {} twice", job.jobId(), subtask);
      ExecutionSnapshot former = newest.put(new Place(jobMaster, subtask), execution);
      if (former != null && !former.equals(execution)) {
        checkSuccessor(jobMaster, former, execution);
      }
      if (execution.state() == ExecutionState.FINISHED) {
        require(
            finished.contains(Numbered.of(id)),
            "{} is FINISHED, but was told as {}",
            id,
            told.get(id));
      }
    }
  }

  private void checkSuccessor(String jobMaster, ExecutionSnapshot former, ExecutionSnapshot now) {
    if (now.attemptId().equals(former.attemptId())) {
      require(
          !former.state().isTerminal() || now.state() == former.state(),
          "{} had ended as {}, but is {}",
          now.attemptId(),
          former.state(),
          now.state());
    } else if (former.state() != ExecutionState.CREATED) {
      require(
          now.attemptId().attemptNumber() > former.attemptId().attemptNumber(),
          "{} follows {}",
          now,
          former);
      require(
          over.contains(new End(jobMaster, former.attemptId())),
          "{} begins, but {} has not ended",
          now,
          former);
    }
  }

  @Override
  void onTransition(Transition transition) {
    if (transition.machine().equals(TransitionObserver.EXECUTION)
        && transition.to() instanceof ExecutionState state
        && state.isTerminal()
        && transition.in() != null
        && transition.id() instanceof ExecutionAttemptID attempt) {
      over.add(new End(transition.in().name(), attempt));
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
    TaskManagerRegistration registration = call.argument(0, TaskManagerRegistration.class);
    if (registration != null) {
      for (HeldExecution held : registration.report().executions()) {
        onTold(held.attemptId(), held.state());
      }
    }
    List<?> updates = call.argument(0, List.class);
    if (updates == null || call.failure() != null) {
      return;
    }
    for (Object each : updates) {
      if (each instanceof TaskExecutionState update) {
        onTold(update.attemptId(), update.state());
      }
    }
  }

  private void onTold(ExecutionAttemptID attempt, ExecutionState state) {
    if (!state.isTerminal()) {
      return;
    }
    ExecutionState first = told.putIfAbsent(attempt, state);
    require(
        first == null || first == state,
        "{} was told to have ended as {} and as {}",
        attempt,
        first,
        state);
    if (state == ExecutionState.FINISHED) {
      finished.add(Numbered.of(attempt));
    }
  }
}
