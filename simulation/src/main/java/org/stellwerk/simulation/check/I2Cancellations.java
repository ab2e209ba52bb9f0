package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.taskexecutor.SlotState;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;

/**
 * I2, when a cancellation is over: a JobMaster that has a TaskExecutor, and a slot there, takes an
 * attempt in that slot for CANCELED only if it neither runs there nor ever will. Unlike for the
 * next attempt, it does not matter whether there is one: a job that is CANCELED has promised it.
 *
 * <p>Exempt are slots that the TaskExecutor has taken away or out of use, and the end of a session.
 */
final class I2Cancellations extends Invariant {

  private record End(String jobMaster, ExecutionAttemptID attempt) {}

  private final Map<String, TaskExecutorSnapshot> taskExecutors = new HashMap<>();

  /** Of JobMasters by their endpoints' names: the last change. */
  private final Map<String, Change<JobMasterSnapshot>> jobMasters = new HashMap<>();

  private final List<End> ended = new ArrayList<>();
  private final Set<ExecutionAttemptID> over = new HashSet<>();

  I2Cancellations(Consumer<InvariantViolation> violations) {
    super("I2", violations);
  }

  @Override
  void onTaskExecutor(Change<TaskExecutorSnapshot> change) {
    taskExecutors.put(change.process(), change.now());
    change
        .now()
        .tasks()
        .forEach(
            task ->
                require(
                    !over.contains(task.attemptId()),
                    "{} runs, but its JobMaster took it for cancelled",
                    task.attemptId()));
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    JobMasterSnapshot now = change.now();
    jobMasters.put(LeaderInformation.jobMasterName(now.session().value(), now.jobId()), change);
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
  void onTransition(Transition transition) {
    Source in = transition.in();
    if (in != null
        && transition.machine().equals(TransitionObserver.EXECUTION)
        && transition.id() instanceof ExecutionAttemptID attempt
        && transition.from() == ExecutionState.CANCELING
        && transition.to() == ExecutionState.CANCELED) {
      ended.add(new End(in.name(), attempt));
    }
  }

  @Override
  void onEndOfEvent() {
    if (!ended.isEmpty()) {
      ended.forEach(this::check);
      ended.clear();
    }
  }

  private void check(End end) {
    Change<JobMasterSnapshot> change = jobMasters.get(end.jobMaster());
    ExecutionAttemptID attempt = end.attempt();
    Optional<SlotPoolSnapshot.Slot> slot =
        change == null ? Optional.empty() : slot(change, attempt);
    if (slot.isEmpty()) {
      return;
    }
    Optional<SlotState> runsIn =
        taskExecutors.entrySet().stream()
            .filter(each -> isAt(slot.get(), each.getKey()))
            .flatMap(each -> each.getValue().slots().stream())
            .filter(each -> each.attempts().contains(attempt))
            .map(TaskExecutorSnapshot.Slot::state)
            .findFirst();
    if (runsIn.isEmpty()) {
      over.add(attempt);
    } else {
      require(
          runsIn.get() != SlotState.ACTIVE && runsIn.get() != SlotState.ALLOCATED,
          "{} runs in {}, but its JobMaster takes it for cancelled",
          attempt,
          slot.get());
    }
  }

  private static boolean isAt(SlotPoolSnapshot.Slot slot, String process) {
    return slot.slotId().resourceId().equals(Processes.resourceId(process));
  }

  /** The slot that the attempt had, if its JobMaster has that, or had until the job was over. */
  private static Optional<SlotPoolSnapshot.Slot> slot(
      Change<JobMasterSnapshot> change, ExecutionAttemptID attempt) {
    JobMasterSnapshot before = change.before();
    JobMasterSnapshot now = change.now();
    if (before == null || now.status() == JobStatus.SUSPENDED) {
      return Optional.empty();
    }
    AllocationID allocation = allocationOf(before, attempt);
    List<ResourceID> taskManagers = now.taskManagers();
    return (now.status().isTerminal() ? before : now)
        .slotPool().slots().stream()
            .filter(each -> each.allocationId().equals(allocation))
            .filter(each -> taskManagers.contains(each.slotId().resourceId()))
            .findFirst();
  }

  private static @Nullable AllocationID allocationOf(
      JobMasterSnapshot jobMaster, ExecutionAttemptID attempt) {
    return jobMaster.executions().stream()
        .filter(each -> each.attemptId().equals(attempt))
        .map(ExecutionSnapshot::allocationId)
        .findFirst()
        .orElse(null);
  }
}
