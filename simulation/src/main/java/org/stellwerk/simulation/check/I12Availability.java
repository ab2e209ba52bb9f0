package org.stellwerk.simulation.check;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.taskexecutor.SlotState;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.RunningTask;

/**
 * I12: once it has acknowledged the order, a TaskExecutor that is cordoned or drained gives no
 * slot, and one that is drained begins no task.
 */
final class I12Availability extends Invariant {

  I12Availability(Consumer<InvariantViolation> violations) {
    super("I12", violations);
  }

  @Override
  void onTaskExecutor(Change<TaskExecutorSnapshot> change) {
    TaskExecutorSnapshot before = change.before();
    TaskExecutorSnapshot now = change.now();
    Availability availability = now.availability();
    if (before == null || availability.isOpen() || !availability.equals(before.availability())) {
      return;
    }
    for (int i = 0; i < now.slots().size(); i++) {
      require(
          before.slots().get(i).state() != SlotState.FREE
              || now.slots().get(i).state() == SlotState.FREE,
          "{} is {}, but gave away {}",
          change.process(),
          availability,
          now.slots().get(i));
    }
    if (availability.isDraining()) {
      Set<ExecutionAttemptID> known = new LinkedHashSet<>();
      before.tasks().forEach(task -> known.add(task.attemptId()));
      for (RunningTask task : now.tasks()) {
        require(
            known.contains(task.attemptId()),
            "{} is {}, but began {}",
            change.process(),
            availability,
            task);
      }
    }
  }
}
