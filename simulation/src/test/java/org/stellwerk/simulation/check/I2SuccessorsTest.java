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
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobReport.HeldExecution;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.taskexecutor.SlotState;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;

/** Attempts 0 and 1 of one subtask; the first one runs on the only TaskExecutor. */
class I2SuccessorsTest {

  private static final ExecutionAttemptID FORMER = attempt(1, 0);
  private static final ExecutionAttemptID NEXT = attempt(1, 1);
  private static final Source JOB_MASTER =
      new Source(JM_PROCESS, LeaderInformation.jobMasterName(SESSION, JOB), JobMaster.class);

  private final Found found = new Found();
  private final I2Successors invariant = new I2Successors(found);

  private List<SlotPoolSnapshot.Slot> slots =
      List.of(new SlotPoolSnapshot.Slot(Given.allocation(1), Given.slot(0), true));

  private void job(JobStatus status, ResourceID... taskManagers) {
    invariant.onJobMaster(
        new Change<>(
            JM_PROCESS,
            null,
            new JobMasterSnapshot(
                JOB,
                jobMaster(SESSION),
                status,
                List.of(),
                1,
                new SlotPoolSnapshot(1, 1, 0, slots),
                List.of(taskManagers),
                true)));
  }

  private void runsIn(SlotState slot) {
    invariant.onTaskExecutor(
        new Change<>(
            TM_PROCESS, null, taskExecutor(List.of(taken(0, slot, 1, FORMER)), task(FORMER))));
  }

  private void hasEnded() {
    invariant.onTaskExecutor(new Change<>(TM_PROCESS, null, taskExecutor(List.of(free(0)))));
  }

  private void call(String method, Object... arguments) {
    invariant.onCall(new Call(JOB_MASTER, null, null, method, arguments, null));
  }

  private void told(ExecutionState state) {
    call(
        "updateTaskExecutionStates",
        List.of(new TaskExecutionState(JOB, FORMER, state, null, IOMetrics.ZERO)));
  }

  private void reported() {
    call(
        "heartbeatFromTaskManager",
        TM,
        new TaskExecutorHeartbeat.ToJobMaster(
            List.of(
                new TaskExecutorHeartbeat.ExecutionStatus(
                    FORMER, ExecutionState.RUNNING, IOMetrics.ZERO)),
            List.of(),
            List.of()));
  }

  private void becomes(ExecutionAttemptID attempt, ExecutionState state) {
    invariant.onTransition(
        new Transition(
            JM_PROCESS,
            JOB_MASTER,
            TransitionObserver.EXECUTION,
            attempt,
            ExecutionState.SCHEDULED,
            state));
  }

  private void isFollowed() {
    becomes(FORMER, ExecutionState.CANCELED);
    invariant.onEndOfEvent();
    becomes(NEXT, ExecutionState.DEPLOYING);
    invariant.onEndOfEvent();
  }

  @Test
  void whatIsOnlyBeingCancelledIsNotFollowed() {
    job(JobStatus.RUNNING, TM);
    runsIn(SlotState.ACTIVE);
    told(ExecutionState.RUNNING);
    isFollowed();
    found.reported("I2", "was not heard to have ended");
  }

  @Test
  void aHeartbeatIsHeardToo() {
    job(JobStatus.RUNNING, TM);
    runsIn(SlotState.ACTIVE);
    reported();
    isFollowed();
    found.reported("I2", "was not heard to have ended");
  }

  @Test
  void soIsTheReportOfARegistration() {
    job(JobStatus.RUNNING, TM);
    runsIn(SlotState.ACTIVE);
    call(
        "registerTaskManager",
        Given.registration(
            new HeldExecution(FORMER, ExecutionState.RUNNING, IOMetrics.ZERO, null)));
    isFollowed();
    found.reported("I2", "was not heard to have ended");
  }

  @Test
  void whatHasEndedIsFollowed() {
    job(JobStatus.RUNNING, TM);
    runsIn(SlotState.ACTIVE);
    told(ExecutionState.RUNNING);
    hasEnded();
    isFollowed();
    found.nothing();
  }

  @Test
  void soIsWhatHasEndedMeanwhile() {
    job(JobStatus.RUNNING, TM);
    runsIn(SlotState.ACTIVE);
    told(ExecutionState.RUNNING);
    becomes(FORMER, ExecutionState.CANCELED);
    invariant.onEndOfEvent();
    told(ExecutionState.CANCELED);
    becomes(NEXT, ExecutionState.DEPLOYING);
    invariant.onEndOfEvent();
    found.nothing();
  }

  @Test
  void soIsWhatRunsOnALostTaskExecutor() {
    job(JobStatus.RUNNING);
    runsIn(SlotState.ACTIVE);
    told(ExecutionState.RUNNING);
    isFollowed();
    found.nothing();
  }

  @Test
  void soIsWhatRunsOnOneThatHasRegisteredAnew() {
    slots = List.of();
    job(JobStatus.RUNNING, TM);
    runsIn(SlotState.ACTIVE);
    told(ExecutionState.RUNNING);
    isFollowed();
    found.nothing();
  }

  @Test
  void soIsWhatRunsInAProcessThatIsGone() {
    job(JobStatus.RUNNING, TM);
    runsIn(SlotState.ACTIVE);
    told(ExecutionState.RUNNING);
    invariant.onGone(new Source(TM_PROCESS, "taskexecutor", TaskExecutor.class));
    isFollowed();
    found.nothing();
  }

  @Test
  void soIsWhatDoesNotEnd() {
    job(JobStatus.RUNNING, TM);
    runsIn(SlotState.QUARANTINED);
    told(ExecutionState.RUNNING);
    isFollowed();
    found.nothing();
  }

  @Test
  void soIsWhatCouldNotBeSentAsFarAsIsKnown() {
    job(JobStatus.RUNNING, TM);
    runsIn(SlotState.ACTIVE);
    becomes(FORMER, ExecutionState.FAILED);
    invariant.onEndOfEvent();
    becomes(NEXT, ExecutionState.DEPLOYING);
    invariant.onEndOfEvent();
    found.nothing();
  }

  @Test
  void whatIsBeingCancelledIsNotFollowedThoughNothingWasHeardOfIt() {
    job(JobStatus.RUNNING, TM);
    runsIn(SlotState.ACTIVE);
    isFollowed();
    found.reported("I2", "was not heard to have ended");
  }

  @Test
  void aJobThatIsOverForItsSessionFollowsNobody() {
    job(JobStatus.SUSPENDED, TM);
    runsIn(SlotState.ACTIVE);
    told(ExecutionState.RUNNING);
    isFollowed();
    found.nothing();
  }
}
