package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.SESSION;
import static org.stellwerk.simulation.check.Given.TM;
import static org.stellwerk.simulation.check.Given.TM_PROCESS;
import static org.stellwerk.simulation.check.Given.allocation;
import static org.stellwerk.simulation.check.Given.attempt;
import static org.stellwerk.simulation.check.Given.jobMaster;
import static org.stellwerk.simulation.check.Given.slot;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot.Slot;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobReport.HeldExecution;
import org.stellwerk.runtime.messages.JobStatus;

class I8SlotPoolTest {

  private static final Slot USED = new Slot(allocation(1), slot(0), false);

  private final Found found = new Found();
  private final Allocations allocations = new Allocations();
  private final I8SlotPool invariant = new I8SlotPool(found, allocations);
  private JobStatus status = JobStatus.RUNNING;
  private List<ResourceID> registered = List.of(TM);

  @BeforeEach
  void aSlotIsGiven() {
    allocations.give(allocation(1), new Allocations.Given(TM_PROCESS, slot(0), JOB));
  }

  private void see(List<Slot> slots, ExecutionSnapshot... executions) {
    JobMasterSnapshot now =
        new JobMasterSnapshot(
            JOB,
            jobMaster(SESSION),
            status,
            List.of(executions),
            executions.length,
            new SlotPoolSnapshot(2, 1, 0, slots),
            registered,
            true);
    invariant.onJobMaster(new Change<>(JM_PROCESS, null, now));
  }

  private static ExecutionSnapshot is(
      int vertex, ExecutionState state, @Nullable AllocationID allocation) {
    return is(vertex, state, allocation, SlotSharing.DEFAULT);
  }

  private static ExecutionSnapshot is(
      int vertex, ExecutionState state, @Nullable AllocationID allocation, SlotSharing sharing) {
    return new ExecutionSnapshot(attempt(vertex, 0), state, allocation, sharing);
  }

  @Test
  void tasksShareASlot() {
    see(
        List.of(USED),
        is(1, ExecutionState.RUNNING, allocation(1)),
        is(2, ExecutionState.CANCELING, allocation(1)),
        is(3, ExecutionState.FINISHED, null));
    found.nothing();
  }

  @Test
  void aSlotIsOneOfARegisteredTaskExecutor() {
    registered = List.of();
    see(List.of(USED));
    found.reported("I8", "but registered are []");
  }

  @Test
  void aSlotWasGivenToTheJob() {
    see(List.of(new Slot(allocation(1), slot(1), true)));
    found.reported("I8", "has never given it");
  }

  @Test
  void whatHasEndedUnderAnEarlierLeaderHasNone() {
    invariant.onCall(
        new Call(
            new Source(JM_PROCESS, "jobmaster", JobMaster.class),
            null,
            null,
            "registerTaskManager",
            new Object[] {
              Given.registration(
                  new HeldExecution(attempt(1, 0), ExecutionState.FAILED, IOMetrics.ZERO, null))
            },
            null));
    see(List.of(), is(1, ExecutionState.DEPLOYING, null));
    found.nothing();
  }

  @Test
  void aDeployedTaskHasASlot() {
    see(List.of(USED), is(1, ExecutionState.DEPLOYING, null));
    found.reported("I8", "has no slot");
  }

  @Test
  void theSlotOfATaskIsInThePool() {
    see(List.of(), is(1, ExecutionState.RUNNING, allocation(1)));
    found.reported("I8", "has null, of []");
  }

  @Test
  void theSlotOfATaskIsNotFree() {
    see(
        List.of(new Slot(allocation(1), slot(0), true)),
        is(1, ExecutionState.RUNNING, allocation(1)));
    found.reported("I8", "free=true");
  }

  @Test
  void aTaskThatHasEndedHasNoSlot() {
    see(List.of(USED), is(1, ExecutionState.FAILED, allocation(1)));
    found.reported("I8", "keeps its slot");
  }

  @Test
  void tasksOfOneVertexDoNotShareASlot() {
    see(
        List.of(USED),
        is(1, ExecutionState.RUNNING, allocation(1)),
        is(1, ExecutionState.RUNNING, allocation(1)));
    found.reported("I8", "another of its vertex");
  }

  @Test
  void groupsDoNotShareASlot() {
    see(
        List.of(USED),
        is(1, ExecutionState.RUNNING, allocation(1), new SlotSharing("a", null)),
        is(2, ExecutionState.CANCELING, allocation(1), new SlotSharing("b", null)));
    found.reported("I8", "shares its slot with slot sharing group a");
  }

  @Test
  void coLocatedTasksShareASlot() {
    SlotSharing together = new SlotSharing("a", "pair");
    allocations.give(allocation(2), new Allocations.Given(TM_PROCESS, slot(1), JOB));
    Slot other = new Slot(allocation(2), slot(1), false);
    see(
        List.of(USED, other),
        is(1, ExecutionState.RUNNING, allocation(1), together),
        is(2, ExecutionState.RUNNING, allocation(1), together));
    found.nothing();
    see(
        List.of(USED, other),
        is(1, ExecutionState.RUNNING, allocation(1), together),
        is(2, ExecutionState.RUNNING, allocation(2), together));
    found.reported("I8", "is not where the others of its co-location group are");
  }

  @Test
  void aJobThatIsOverHasNoSlot() {
    status = JobStatus.FINISHED;
    see(List.of(USED));
    found.reported("I8", "is FINISHED, but has");
  }
}
