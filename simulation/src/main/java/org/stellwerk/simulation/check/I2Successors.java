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
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskManagerRegistration;
import org.stellwerk.runtime.taskexecutor.SlotState;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;

/**
 * I2, who follows whom: a JobMaster deploys a subtask anew only if the former attempt has ended
 * where it ran, or if one of these is why it does not know:
 *
 * <ul>
 *   <li>the TaskExecutor is lost to it, with its slots, though it may have registered again;
 *   <li>the TaskExecutor has taken the slot away, or out of use, because the task does not end;
 *   <li>nothing was ever heard of the attempt, and it has failed: the connection broke when it was
 *       sent, so that it may not have arrived.
 * </ul>
 */
final class I2Successors extends Invariant {

  private record Attempt(Source jobMaster, ExecutionAttemptID attempt, ExecutionState state) {}

  /** A JobMaster's, by its endpoint's name. */
  private record Place(String jobMaster, ExecutionVertexID subtask) {}

  private final Map<String, TaskExecutorSnapshot> taskExecutors = new HashMap<>();
  private final Map<String, JobMasterSnapshot> jobMasters = new HashMap<>();
  private final Set<ExecutionAttemptID> heard = new HashSet<>();

  /** Attempts that a JobMaster has taken for ended while they ran where it can reach them. */
  private final Map<Place, ExecutionAttemptID> endedEarly = new HashMap<>();

  private final List<Attempt> ended = new ArrayList<>();
  private final List<Attempt> deployed = new ArrayList<>();

  I2Successors(Consumer<InvariantViolation> violations) {
    super("I2", violations);
  }

  @Override
  void onTaskExecutor(Change<TaskExecutorSnapshot> change) {
    taskExecutors.put(change.process(), change.now());
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    JobMasterSnapshot now = change.now();
    jobMasters.put(LeaderInformation.jobMasterName(now.session().value(), now.jobId()), now);
  }

  @Override
  void onGone(Source endpoint) {
    if (endpoint.is(TaskExecutor.class)) {
      taskExecutors.remove(endpoint.process());
    } else if (endpoint.is(JobMaster.class)) {
      jobMasters.remove(endpoint.name());
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
          hear(call.at(), update.attemptId(), update.state());
        }
      }
    }
    TaskManagerRegistration registration = call.argument(0, TaskManagerRegistration.class);
    if (registration != null) {
      registration
          .report()
          .executions()
          .forEach(held -> hear(call.at(), held.attemptId(), held.state()));
    }
    TaskExecutorHeartbeat.ToJobMaster beat =
        call.argument(1, TaskExecutorHeartbeat.ToJobMaster.class);
    if (beat != null) {
      beat.executions().forEach(status -> hear(call.at(), status.attemptId(), status.state()));
    }
  }

  private void hear(Source jobMaster, ExecutionAttemptID attempt, ExecutionState state) {
    heard.add(attempt);
    if (state.isTerminal()) {
      endedEarly.remove(placeOf(jobMaster, attempt), attempt);
    }
  }

  private static Place placeOf(Source jobMaster, ExecutionAttemptID attempt) {
    return new Place(jobMaster.name(), attempt.executionVertexId());
  }

  @Override
  void onTransition(Transition transition) {
    Source in = transition.in();
    if (in != null
        && transition.machine().equals(TransitionObserver.EXECUTION)
        && transition.id() instanceof ExecutionAttemptID attempt
        && transition.to() instanceof ExecutionState to) {
      if (to.isTerminal()) {
        ended.add(new Attempt(in, attempt, to));
      } else if (to == ExecutionState.DEPLOYING && transition.from() == ExecutionState.SCHEDULED) {
        deployed.add(new Attempt(in, attempt, to));
      }
    }
  }

  @Override
  void onEndOfEvent() {
    if (!ended.isEmpty()) {
      ended.stream()
          .filter(end -> end.state() != ExecutionState.FAILED || heard.contains(end.attempt()))
          .filter(end -> isEarly(end.attempt(), jobMasters.get(end.jobMaster().name())))
          .forEach(end -> endedEarly.put(placeOf(end.jobMaster(), end.attempt()), end.attempt()));
      ended.clear();
    }
    if (!deployed.isEmpty()) {
      for (Attempt each : deployed) {
        ExecutionAttemptID former = endedEarly.get(placeOf(each.jobMaster(), each.attempt()));
        require(
            former == null,
            "{} is deployed, but {} was not heard to have ended",
            each.attempt(),
            former);
      }
      deployed.clear();
    }
  }

  private boolean isEarly(ExecutionAttemptID attempt, @Nullable JobMasterSnapshot jobMaster) {
    if (jobMaster == null || jobMaster.status().isTerminal()) {
      return false;
    }
    return taskExecutors.entrySet().stream()
        .filter(each -> runs(each.getValue(), attempt))
        .anyMatch(
            each ->
                jobMaster.taskManagers().contains(Processes.resourceId(each.getKey()))
                    && hasItsSlot(each.getValue(), attempt, jobMaster.slotPool()));
  }

  private static boolean runs(TaskExecutorSnapshot taskExecutor, ExecutionAttemptID attempt) {
    return taskExecutor.tasks().stream().anyMatch(task -> task.attemptId().equals(attempt));
  }

  /** Whether both sides have the slot that it runs in. */
  private static boolean hasItsSlot(
      TaskExecutorSnapshot taskExecutor, ExecutionAttemptID attempt, SlotPoolSnapshot pool) {
    return taskExecutor.slots().stream()
        .filter(slot -> slot.attempts().contains(attempt))
        .filter(slot -> slot.state() == SlotState.ACTIVE || slot.state() == SlotState.ALLOCATED)
        .anyMatch(
            slot ->
                pool.slots().stream()
                    .anyMatch(each -> each.allocationId().equals(slot.allocationId())));
  }
}
