package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.SESSION;
import static org.stellwerk.simulation.check.Given.TM;
import static org.stellwerk.simulation.check.Given.TM_PROCESS;
import static org.stellwerk.simulation.check.Given.attempt;
import static org.stellwerk.simulation.check.Given.free;
import static org.stellwerk.simulation.check.Given.jobMaster;
import static org.stellwerk.simulation.check.Given.taken;
import static org.stellwerk.simulation.check.Given.task;
import static org.stellwerk.simulation.check.Given.taskExecutor;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.taskexecutor.SlotState;

/** One attempt that is being cancelled, in a slot of the only TaskExecutor. */
class I2CancellationsTest {

  private static final ExecutionAttemptID ATTEMPT = attempt(1, 0);
  private static final List<SlotPoolSnapshot.Slot> SLOTS =
      List.of(new SlotPoolSnapshot.Slot(Given.allocation(1), Given.slot(0), false));

  private final Found found = new Found();
  private final I2Cancellations invariant = new I2Cancellations(found);

  private static JobMasterSnapshot job(
      JobStatus status,
      ExecutionState attempt,
      List<SlotPoolSnapshot.Slot> slots,
      ResourceID... taskManagers) {
    return new JobMasterSnapshot(
        JOB,
        jobMaster(SESSION),
        status,
        List.of(
            new ExecutionSnapshot(
                ATTEMPT,
                attempt,
                attempt.isTerminal() ? null : Given.allocation(1),
                SlotSharing.DEFAULT)),
        1,
        new SlotPoolSnapshot(1, 1, 0, slots),
        List.of(taskManagers),
        true);
  }

  /** The attempt is taken for cancelled; the job and its slots are like this afterwards. */
  private void ends(
      JobStatus status, List<SlotPoolSnapshot.Slot> slots, ResourceID... taskManagers) {
    Source jobMaster =
        new Source(JM_PROCESS, LeaderInformation.jobMasterName(SESSION, JOB), JobMaster.class);
    invariant.onTransition(
        new Transition(
            JM_PROCESS,
            jobMaster,
            TransitionObserver.EXECUTION,
            ATTEMPT,
            ExecutionState.CANCELING,
            ExecutionState.CANCELED));
    invariant.onJobMaster(
        new Change<>(
            JM_PROCESS,
            job(JobStatus.CANCELLING, ExecutionState.CANCELING, SLOTS, TM),
            job(status, ExecutionState.CANCELED, slots, taskManagers)));
    invariant.onEndOfEvent();
  }

  private void runsIn(SlotState slot) {
    invariant.onTaskExecutor(
        new Change<>(
            TM_PROCESS, null, taskExecutor(List.of(taken(0, slot, 1, ATTEMPT)), task(ATTEMPT))));
  }

  @Test
  void whatRunsIsNotCancelled() {
    runsIn(SlotState.ACTIVE);
    ends(JobStatus.CANCELLING, SLOTS, TM);
    found.reported("I2", "takes it for cancelled");
  }

  @Test
  void norIsItWithTheEndOfTheJob() {
    runsIn(SlotState.ALLOCATED);
    ends(JobStatus.CANCELED, List.of(), TM);
    found.reported("I2", "takes it for cancelled");
  }

  @Test
  void norIsWhatBeginsLater() {
    invariant.onTaskExecutor(new Change<>(TM_PROCESS, null, taskExecutor(List.of(free(0)))));
    ends(JobStatus.CANCELED, List.of(), TM);
    found.nothing();
    runsIn(SlotState.ACTIVE);
    found.reported("I2", "took it for cancelled");
  }

  @Test
  void whatRunsOnALostTaskExecutorIsNotWaitedFor() {
    runsIn(SlotState.ACTIVE);
    ends(JobStatus.CANCELED, List.of());
    runsIn(SlotState.ACTIVE);
    found.nothing();
  }

  @Test
  void norIsWhatRunsInALostSlot() {
    runsIn(SlotState.ACTIVE);
    ends(JobStatus.CANCELLING, List.of(), TM);
    found.nothing();
  }

  @Test
  void norIsWhatDoesNotEnd() {
    runsIn(SlotState.QUARANTINED);
    ends(JobStatus.CANCELED, List.of(), TM);
    found.nothing();
  }

  @Test
  void theEndOfASessionCancelsNothing() {
    runsIn(SlotState.ACTIVE);
    ends(JobStatus.SUSPENDED, List.of(), TM);
    runsIn(SlotState.ACTIVE);
    found.nothing();
  }
}
