package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.NEXT_SESSION;
import static org.stellwerk.simulation.check.Given.SESSION;
import static org.stellwerk.simulation.check.Given.attempt;
import static org.stellwerk.simulation.check.Given.free;
import static org.stellwerk.simulation.check.Given.jobMaster;
import static org.stellwerk.simulation.check.Given.task;
import static org.stellwerk.simulation.check.Given.taskExecutor;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.RunningTask;

class I2LiveAttemptsTest {

  private static final Duration LONGEST = Duration.ofSeconds(3);

  private final Found found = new Found();
  private long nowNanos;
  private UUID leader = SESSION;
  private final I2LiveAttempts invariant =
      new I2LiveAttempts(found, () -> Optional.of(leader), () -> nowNanos, LONGEST.toNanos());

  private void runs(String process, int number, ExecutionState state) {
    RunningTask task = new RunningTask(attempt(1, number), JOB, state);
    invariant.onTaskExecutor(new Change<>(process, null, taskExecutor(List.of(free(0)), task)));
    invariant.onEndOfEvent();
  }

  private void jobListensTo(String... taskManagers) {
    JobMasterSnapshot now =
        new JobMasterSnapshot(
            JOB,
            jobMaster(SESSION),
            JobStatus.RUNNING,
            List.of(
                new ExecutionSnapshot(
                    attempt(1, 1), ExecutionState.RUNNING, null, SlotSharing.DEFAULT)),
            1,
            new SlotPoolSnapshot(1, 1, 0, List.of()),
            Arrays.stream(taskManagers).map(ResourceID::new).toList(),
            true);
    invariant.onJobMaster(new Change<>(JM_PROCESS, null, now));
    invariant.onEndOfEvent();
  }

  private void reportedAfterAWhile() {
    nowNanos += LONGEST.toNanos();
    invariant.onEndOfEvent();
    found.nothing();
    nowNanos++;
    invariant.onEndOfEvent();
    found.reported("I2", "all are listened to");
  }

  @Test
  void oneAttemptIsListenedTo() {
    jobListensTo("one", "other");
    runs("one#1", 0, ExecutionState.RUNNING);
    found.nothing();
    runs("other#1", 1, ExecutionState.RUNNING);
    reportedAfterAWhile();
  }

  @Test
  void alsoInOneProcess() {
    jobListensTo("one");
    invariant.onTaskExecutor(
        new Change<>(
            "one#1",
            null,
            taskExecutor(List.of(free(0)), task(attempt(1, 0)), task(attempt(1, 1)))));
    invariant.onEndOfEvent();
    reportedAfterAWhile();
  }

  @Test
  void anAttemptThatIsBeingCancelledDoesNotCount() {
    jobListensTo("one", "other");
    runs("one#1", 0, ExecutionState.CANCELING);
    runs("other#1", 1, ExecutionState.RUNNING);
    found.nothing();
  }

  @Test
  void aCancellationTakesEffectAtOnce() {
    runs("one#1", 0, ExecutionState.RUNNING);
    cancelled(0);
    found.reported("I2", "was cancelled, but goes on");
    invariant.onTaskExecutor(
        new Change<>(
            "one#1",
            taskExecutor(List.of(free(0)), task(attempt(1, 0))),
            taskExecutor(
                List.of(free(0)), new RunningTask(attempt(1, 0), JOB, ExecutionState.CANCELING))));
    cancelled(0);
    cancelled(1);
    found.nothing();
  }

  @Test
  void butNotThatOfAJobMasterThatIsNotServed() {
    runs("one#1", 0, ExecutionState.RUNNING);
    cancelled(0, jobMaster(NEXT_SESSION));
    found.nothing();
  }

  private void cancelled(int number) {
    cancelled(number, jobMaster(SESSION));
  }

  private void cancelled(int number, JobMasterId jobMaster) {
    invariant.onCall(
        new Call(
            new Source("one#1", "taskexecutor", TaskExecutor.class),
            null,
            null,
            "cancelTasks",
            new Object[] {List.of(attempt(1, number)), jobMaster},
            null));
    invariant.onEndOfEvent();
  }

  @Test
  void anAttemptThatIsCancelledSoonIsWell() {
    jobListensTo("one", "other");
    runs("one#1", 0, ExecutionState.RUNNING);
    runs("other#1", 1, ExecutionState.RUNNING);
    invariant.onGone(new Source("one#1", "taskexecutor", TaskExecutor.class));
    nowNanos += Duration.ofMinutes(1).toNanos();
    invariant.onEndOfEvent();
    found.nothing();
  }

  @Test
  void noMoreDoesOneThatIsGivenUpUntilItIsListenedToAgain() {
    jobListensTo("other");
    runs("one#1", 0, ExecutionState.RUNNING);
    runs("other#1", 1, ExecutionState.RUNNING);
    found.nothing();
    jobListensTo("one", "other");
    reportedAfterAWhile();
  }

  @Test
  void aDeposedLeaderMayListenToBoth() {
    leader = NEXT_SESSION;
    jobListensTo("one", "other");
    runs("one#1", 0, ExecutionState.RUNNING);
    runs("other#1", 1, ExecutionState.RUNNING);
    nowNanos += 2 * LONGEST.toNanos();
    invariant.onEndOfEvent();
    found.nothing();
  }

  @Test
  void anAttemptEndsWithItsProcess() {
    runs("one#1", 0, ExecutionState.RUNNING);
    runs("other#1", 1, ExecutionState.RUNNING);
    invariant.onGone(new Source("one#1", "taskexecutor", TaskExecutor.class));
    jobListensTo("one", "other");
    found.nothing();
  }
}
