package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.SESSION;
import static org.stellwerk.simulation.check.Given.TM_PROCESS;
import static org.stellwerk.simulation.check.Given.attempt;
import static org.stellwerk.simulation.check.Given.free;
import static org.stellwerk.simulation.check.Given.task;
import static org.stellwerk.simulation.check.Given.taskExecutor;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobReport.HeldExecution;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.RunningTask;

class I2AttemptsTest {

  private static final Source JOB_MASTER =
      new Source(JM_PROCESS, LeaderInformation.jobMasterName(SESSION, JOB), JobMaster.class);

  private final Found found = new Found();
  private final I2Attempts invariant = new I2Attempts(found);

  private void job(ExecutionSnapshot... executions) {
    invariant.onJobMaster(new Change<>(JM_PROCESS, null, Given.jobMaster(List.of(executions))));
  }

  private static ExecutionSnapshot is(ExecutionAttemptID attempt, ExecutionState state) {
    return new ExecutionSnapshot(attempt, state, null, SlotSharing.DEFAULT);
  }

  private void told(ExecutionAttemptID attempt, ExecutionState state) {
    TaskExecutionState update = new TaskExecutionState(JOB, attempt, state, null, IOMetrics.ZERO);
    invariant.onCall(
        new Call(
            JOB_MASTER,
            null,
            null,
            "updateTaskExecutionStates",
            new Object[] {List.of(update)},
            null));
  }

  private TaskExecutorSnapshot tasks(
      String process, TaskExecutorSnapshot before, RunningTask... tasks) {
    TaskExecutorSnapshot now = taskExecutor(List.of(free(0)), tasks);
    invariant.onTaskExecutor(new Change<>(process, before, now));
    return now;
  }

  @Test
  void anAttemptFollowsOneThatHasEnded() {
    job(is(attempt(1, 0), ExecutionState.RUNNING));
    invariant.onTransition(
        new Transition(
            JM_PROCESS,
            JOB_MASTER,
            TransitionObserver.EXECUTION,
            attempt(1, 0),
            ExecutionState.RUNNING,
            ExecutionState.FAILED));
    job(is(attempt(1, 1), ExecutionState.CREATED));
    told(attempt(1, 1), ExecutionState.FINISHED);
    told(attempt(1, 1), ExecutionState.FINISHED);
    job(is(attempt(1, 1), ExecutionState.FINISHED));
    found.nothing();
  }

  @Test
  void aSubtaskHasOneAttempt() {
    job(is(attempt(1, 0), ExecutionState.RUNNING), is(attempt(1, 0), ExecutionState.RUNNING));
    found.reported("I2", "twice");
  }

  @Test
  void attemptNumbersGrow() {
    job(is(attempt(1, 1), ExecutionState.FAILED));
    job(is(attempt(1, 0), ExecutionState.CREATED));
    found.reported("I2", "follows");
  }

  @Test
  void anAttemptOfAnEarlierLeaderTakesThePlaceOfOneThatHasNotBegun() {
    job(is(attempt(1, 1), ExecutionState.CREATED));
    job(is(attempt(1, 0), ExecutionState.RUNNING));
    found.nothing();
    job(is(attempt(1, 2), ExecutionState.CREATED));
    found.reported("I2", "has not ended");
  }

  @Test
  void whatAnEarlierLeaderWasToldIsTold() {
    invariant.onCall(
        new Call(
            JOB_MASTER,
            null,
            null,
            "registerTaskManager",
            new Object[] {
              Given.registration(
                  new HeldExecution(attempt(1, 0), ExecutionState.FINISHED, IOMetrics.ZERO, null))
            },
            null));
    job(is(attempt(1, 0), ExecutionState.FINISHED));
    found.nothing();
    told(attempt(1, 0), ExecutionState.FAILED);
    found.reported("I2", "as FINISHED and as FAILED");
  }

  @Test
  void anAttemptDoesNotBeginBeforeTheFormerHasEnded() {
    job(is(attempt(1, 0), ExecutionState.CANCELING));
    job(is(attempt(1, 1), ExecutionState.CREATED));
    found.reported("I2", "has not ended");
  }

  @Test
  void anAttemptThatHasEndedDoesNotChange() {
    job(is(attempt(1, 0), ExecutionState.CANCELED));
    job(is(attempt(1, 0), ExecutionState.FAILED));
    found.reported("I2", "had ended as CANCELED");
  }

  @Test
  void onlyTheTaskExecutorSaysThatAnAttemptIsFinished() {
    job(is(attempt(1, 0), ExecutionState.FINISHED));
    found.reported("I2", "is FINISHED, but was told as null");
  }

  @Test
  void anEndIsToldOneWay() {
    told(attempt(1, 0), ExecutionState.FAILED);
    told(attempt(1, 0), ExecutionState.CANCELED);
    found.reported("I2", "as FAILED and as CANCELED");
  }

  @Test
  void anAttemptRunsInOneProcess() {
    tasks(TM_PROCESS, null, task(attempt(1, 0)));
    tasks("other#1", null, task(attempt(1, 0)));
    found.reported("I2", "runs in tm#1 and in other#1");
  }

  @Test
  void anAttemptRunsOnce() {
    TaskExecutorSnapshot ended = tasks(TM_PROCESS, tasks(TM_PROCESS, null, task(attempt(1, 0))));
    tasks(TM_PROCESS, ended, task(attempt(1, 0)));
    found.reported("I2", "has ended, but runs");
  }

  @Test
  void anAttemptEndsWithItsProcess() {
    tasks(TM_PROCESS, null, task(attempt(1, 0)));
    invariant.onGone(new Source(TM_PROCESS, "taskexecutor", TaskExecutor.class));
    tasks("tm#2", null, task(attempt(1, 0)));
    found.reported("I2", "has ended, but runs in tm#2");
  }
}
