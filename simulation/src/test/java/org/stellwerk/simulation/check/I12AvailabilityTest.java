package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.TM_PROCESS;
import static org.stellwerk.simulation.check.Given.attempt;
import static org.stellwerk.simulation.check.Given.free;
import static org.stellwerk.simulation.check.Given.taken;
import static org.stellwerk.simulation.check.Given.task;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.Availability.Mode;
import org.stellwerk.runtime.taskexecutor.SlotState;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.RunningTask;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.Slot;

class I12AvailabilityTest {

  private static final Availability CORDONED = new Availability(Mode.CORDONED, 1);
  private static final Availability DRAINING = new Availability(Mode.DRAINING, 2);

  private final Found found = new Found();
  private final I12Availability invariant = new I12Availability(found);
  private @Nullable TaskExecutorSnapshot last;

  private void see(Availability availability, Slot one, Slot other, RunningTask... tasks) {
    TaskExecutorSnapshot given = Given.taskExecutor(List.of(one, other), tasks);
    TaskExecutorSnapshot now =
        new TaskExecutorSnapshot(
            given.resourceId(),
            given.leaderSession(),
            given.registrationId(),
            given.slots(),
            given.tasks(),
            given.jobs(),
            given.leases(),
            availability);
    invariant.onTaskExecutor(new Change<>(TM_PROCESS, last, now));
    last = now;
  }

  @Test
  void whatWasThereMayGoOnAndEnd() {
    Slot one = taken(0, SlotState.ACTIVE, 1, attempt(1, 0));
    see(Availability.INITIAL, one, free(1), task(attempt(1, 0)));
    see(CORDONED, one, free(1), task(attempt(1, 0)));
    see(CORDONED, one, free(1), task(attempt(1, 0)), task(attempt(2, 0)));
    see(DRAINING, one, free(1), task(attempt(1, 0)), task(attempt(2, 0)));
    see(DRAINING, free(0), free(1));
    see(new Availability(Mode.OPEN, 3), taken(0, SlotState.ALLOCATED, 2), free(1));
    found.nothing();
  }

  @Test
  void aCordonedTaskExecutorGivesNoSlot() {
    see(CORDONED, free(0), free(1));
    see(CORDONED, taken(0, SlotState.ALLOCATED, 1), free(1));
    found.reported("I12", "but gave away");
  }

  @Test
  void aDrainedTaskExecutorBeginsNoTask() {
    Slot one = taken(0, SlotState.ACTIVE, 1, attempt(1, 0));
    see(DRAINING, one, free(1));
    see(DRAINING, one, free(1), task(attempt(1, 0)));
    found.reported("I12", "but began");
  }
}
