package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.taskexecutor.SlotState;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;

/**
 * I2, who follows whom: a JobMaster deploys a subtask anew only if the former attempt has ended
 * where it ran, or if one of these is why it does not know:
 *
 * <ul>
 *   <li>the TaskExecutor is lost to it;
 *   <li>the TaskExecutor has taken the slot away, or out of use, because the task does not end;
 *   <li>nothing was ever heard of the attempt, so that it may not have arrived.
 * </ul>
 */
final class I2Successors extends Invariant {

  private record Ended(ExecutionAttemptID attempt, String jobMaster) {}

  private final Map<String, TaskExecutorSnapshot> taskExecutors = new HashMap<>();
  private final Map<String, Map<JobID, JobMasterSnapshot>> jobMasters = new HashMap<>();
  private final Set<ExecutionAttemptID> heard = new HashSet<>();

  /** Attempts that a JobMaster has taken for ended while they ran where it can reach them. */
  private final Map<Subtask, ExecutionAttemptID> endedEarly = new HashMap<>();

  private final List<Ended> ended = new ArrayList<>();
  private final List<ExecutionAttemptID> deployed = new ArrayList<>();

  I2Successors(Consumer<InvariantViolation> violations) {
    super("I2", violations);
  }

  @Override
  void onTaskExecutor(Change<TaskExecutorSnapshot> change) {
    taskExecutors.put(change.process(), change.now());
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    jobMasters
        .computeIfAbsent(change.process(), ignored -> new HashMap<>())
        .put(change.now().jobId(), change.now());
  }

  @Override
  void onGone(Source endpoint) {
    if (endpoint.is(TaskExecutor.class)) {
      taskExecutors.remove(endpoint.process());
    }
  }

  @Override
  void onCall(Call call) {
    if (!call.at().is(JobMaster.class) || call.failure() != null) {
      return;
    }
    List<?> updates = call.argument(0, List.class);
    if (updates != null) {
      for (Object each : updates) {
        if (each instanceof TaskExecutionState update) {
          hear(update.attemptId(), update.state());
        }
      }
    }
    TaskExecutorHeartbeat.ToJobMaster beat =
        call.argument(1, TaskExecutorHeartbeat.ToJobMaster.class);
    if (beat != null) {
      beat.executions().forEach(status -> hear(status.attemptId(), status.state()));
    }
  }

  private void hear(ExecutionAttemptID attempt, ExecutionState state) {
    heard.add(attempt);
    if (state.isTerminal()) {
      endedEarly.remove(Subtask.of(attempt), attempt);
    }
  }

  @Override
  void onTransition(Transition transition) {
    if (transition.machine().equals(TransitionObserver.EXECUTION)
        && transition.id() instanceof ExecutionAttemptID attempt
        && transition.to() instanceof ExecutionState to) {
      if (to.isTerminal()) {
        ended.add(new Ended(attempt, transition.process()));
      } else if (to == ExecutionState.DEPLOYING) {
        deployed.add(attempt);
      }
    }
  }

  @Override
  void onEndOfEvent() {
    if (!ended.isEmpty()) {
      ended.stream()
          .filter(end -> isEarly(end.attempt(), end.jobMaster()))
          .forEach(end -> endedEarly.put(Subtask.of(end.attempt()), end.attempt()));
      ended.clear();
    }
    if (!deployed.isEmpty()) {
      for (ExecutionAttemptID attempt : deployed) {
        ExecutionAttemptID former = endedEarly.get(Subtask.of(attempt));
        require(
            former == null, "{} is deployed, but {} was not heard to have ended", attempt, former);
      }
      deployed.clear();
    }
  }

  private boolean isEarly(ExecutionAttemptID attempt, String process) {
    for (Map.Entry<String, TaskExecutorSnapshot> each : taskExecutors.entrySet()) {
      if (runs(each.getValue(), attempt)) {
        JobMasterSnapshot jobMaster = jobMasterOf(each.getValue(), attempt, process);
        return heard.contains(attempt)
            && jobMaster != null
            && !jobMaster.status().isTerminal()
            && jobMaster.taskManagers().contains(Processes.resourceId(each.getKey()))
            && hasItsSlot(each.getValue(), attempt);
      }
    }
    return false;
  }

  private static boolean runs(TaskExecutorSnapshot taskExecutor, ExecutionAttemptID attempt) {
    return taskExecutor.tasks().stream().anyMatch(task -> task.attemptId().equals(attempt));
  }

  private @Nullable JobMasterSnapshot jobMasterOf(
      TaskExecutorSnapshot taskExecutor, ExecutionAttemptID attempt, String process) {
    Map<JobID, JobMasterSnapshot> there = jobMasters.getOrDefault(process, Map.of());
    return taskExecutor.tasks().stream()
        .filter(task -> task.attemptId().equals(attempt))
        .map(task -> there.get(task.jobId()))
        .findFirst()
        .orElse(null);
  }

  private static boolean hasItsSlot(TaskExecutorSnapshot taskExecutor, ExecutionAttemptID attempt) {
    return taskExecutor.slots().stream()
        .filter(slot -> slot.attempts().contains(attempt))
        .anyMatch(slot -> slot.state() == SlotState.ACTIVE || slot.state() == SlotState.ALLOCATED);
  }
}
