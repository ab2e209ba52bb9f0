package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.TM_PROCESS;
import static org.stellwerk.simulation.check.Given.attempt;
import static org.stellwerk.simulation.check.Given.free;
import static org.stellwerk.simulation.check.Given.job;
import static org.stellwerk.simulation.check.Given.slot;
import static org.stellwerk.simulation.check.Given.taken;
import static org.stellwerk.simulation.check.Given.task;
import static org.stellwerk.simulation.check.Given.taskExecutor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.taskexecutor.SlotState;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.RunningTask;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.Slot;

class I1SlotOwnersTest {

  private final Found found = new Found();
  private final List<ExecutionAttemptID> userCode = new ArrayList<>();
  private final I1SlotOwners invariant =
      new I1SlotOwners(found, new Allocations(), process -> userCode);
  private @Nullable TaskExecutorSnapshot last;

  private void see(String process, TaskExecutorSnapshot now) {
    invariant.onTaskExecutor(new Change<>(process, last, now));
    last = now;
  }

  private void see(Slot one, Slot other, RunningTask... tasks) {
    see(TM_PROCESS, taskExecutor(List.of(one, other), tasks));
  }

  @Test
  void slotsComeAndGo() {
    see(free(0), free(1));
    see(taken(0, SlotState.ALLOCATED, 1), free(1));
    userCode.add(attempt(1, 0));
    see(taken(0, SlotState.ACTIVE, 1, attempt(1, 0)), free(1), task(attempt(1, 0)));
    see(taken(0, SlotState.RELEASING, 1, attempt(1, 0)), free(1), task(attempt(1, 0)));
    userCode.clear();
    see(free(0), taken(1, SlotState.ALLOCATED, 2));
    found.nothing();
  }

  @Test
  void anAllocationHasOneSlot() {
    see(taken(0, SlotState.ALLOCATED, 1), taken(1, SlotState.ALLOCATED, 1));
    found.reported("I1", "was given");
  }

  @Test
  void anAllocationHasOneSlotInTheCluster() {
    see(taken(0, SlotState.ALLOCATED, 1), free(1));
    last = null;
    see("other#1", taskExecutor(List.of(taken(0, SlotState.ALLOCATED, 1), free(1))));
    found.reported("I1", "was given");
  }

  @Test
  void anAllocationThatIsOverDoesNotComeBack() {
    see(taken(0, SlotState.ALLOCATED, 1), free(1));
    see(free(0), free(1));
    see(taken(0, SlotState.ALLOCATED, 1), free(1));
    found.reported("I1", "was over");
  }

  @Test
  void aFreeSlotHasNoTask() {
    see(new Slot(slot(0), SlotState.FREE, null, null, List.of(attempt(1, 0))), free(1));
    found.reported("I1", "is free, but has");
  }

  @Test
  void aFreeSlotHasNoJob() {
    see(new Slot(slot(0), SlotState.FREE, null, job(1), List.of()), free(1));
    found.reported("I1", "but has allocation null and job");
  }

  @Test
  void aSlotIsReleasedForAsLongAsItHasATask() {
    see(taken(0, SlotState.RELEASING, 1), free(1));
    found.reported("I1", "no task to wait for");
  }

  @Test
  void aSlotHasTasksOfItsJobOnly() {
    RunningTask stranger = new RunningTask(attempt(1, 0), job(2), ExecutionState.RUNNING);
    see(taken(0, SlotState.ACTIVE, 1, attempt(1, 0)), free(1), stranger);
    found.reported("I1", "has RunningTask");
  }

  @Test
  void aSlotHasOneTaskOfAVertex() {
    see(
        taken(0, SlotState.ACTIVE, 1, attempt(1, 0), attempt(1, 1)),
        free(1),
        task(attempt(1, 0)),
        task(attempt(1, 1)));
    found.reported("I1", "two tasks of one vertex");
  }

  @Test
  void userCodeRunsInASlot() {
    userCode.add(attempt(1, 0));
    see(free(0), free(1));
    found.reported("I1", "but in no slot");
  }
}
