package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat.ToJobMaster;
import org.stellwerk.runtime.messages.TaskSubmissionResult;

/** A task that does not end: nobody waits for it, and nobody gets its slot before it has ended. */
class StuckTaskTest {

  private final TaskExecutorBed bed =
      new TaskExecutorBed(1, Map.of("task.cancellation.timeout", "5 s"));
  private final TestingJobMaster master;
  private final AllocationID allocation;
  private final ExecutionAttemptID attempt = bed.attempt(0, 0);

  StuckTaskTest() {
    bed.lead();
    master = bed.jobMaster();
    allocation = bed.allocate(0, master);
    bed.runner.tasksIgnoreCancellation = true;
  }

  private TestingTaskRunner.TestingTask stuck() {
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    bed.sim.await(bed.gateway.cancelTasks(List.of(attempt), master.id(), TaskExecutorBed.RPC));
    bed.runFor(
        Duration.ofMillis(5_700)); // a beat before its time comes half an interval after the last
    return task;
  }

  private SlotStatus slot(int index) {
    return bed.rm.heartbeats.get(bed.rm.heartbeats.size() - 1).slotReport().slots().get(index);
  }

  @Test
  void theJobMasterIsToldThatItHasFailedAndTheResourceManagerThatItsSlotIsOutOfUse() {
    stuck();
    TaskExecutionState told = master.states.get(master.states.size() - 1);
    assertThat(told.attemptId()).isEqualTo(attempt);
    assertThat(told.state()).isEqualTo(ExecutionState.FAILED);
    assertThat(told.slotLost()).isTrue();
    assertThat(String.valueOf(told.failure())).contains("did not end within 5000 ms");
    assertThat(slot(0).quarantined()).isTrue();
    assertThat(slot(0).isFree()).isFalse();
    assertThat(slot(1).quarantined()).isFalse();
    bed.runFor(Duration.ofSeconds(3));
    ToJobMaster beat = master.heartbeats.get(master.heartbeats.size() - 1);
    assertThat(beat.executions()).isEmpty();
    assertThat(beat.activeSlots()).isEmpty();
  }

  @Test
  void itsSlotTakesNoTaskAndNoJob() {
    stuck();
    TaskSubmissionResult again = bed.submit(master, allocation, bed.attempt(0, 1)).get(0);
    assertThat(String.valueOf(again.refusal())).contains("QUARANTINED");
    bed.settle();
    assertThat(bed.sim.awaitFailure(bed.requestSlot(0, bed.newAllocation(), master)))
        .hasMessageContaining("QUARANTINED");
    bed.sim.await(
        bed.gateway.freeSlots(List.of(allocation), master.id(), "late", TaskExecutorBed.RPC));
    assertThat(bed.rm.available).isEmpty();
  }

  @Test
  void itsNextAttemptRunsInAnotherSlotMeanwhile() {
    stuck();
    AllocationID other = bed.allocate(1, master);
    bed.runTask(master, other, bed.attempt(0, 1));
    assertThat(master.statesOf(bed.attempt(0, 1)))
        .containsExactly(ExecutionState.INITIALIZING, ExecutionState.RUNNING);
  }

  @Test
  void itsSlotIsFreeWhenItEndsAndItsEndIsNotToldAgain() {
    TestingTaskRunner.TestingTask task = stuck();
    int told = master.states.size();
    assertThat(bed.runner.releasedJobs).isEmpty();
    task.events.onCanceled(task.metrics());
    bed.settle();
    assertThat(bed.rm.available).containsExactly(allocation);
    assertThat(master.states).hasSize(told);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
    bed.sim.await(bed.requestSlot(0, bed.newAllocation(), master));
  }

  @Test
  void whatElseRunsInItsSlotFails() {
    bed.runner.tasksIgnoreCancellation = false;
    bed.runTask(master, allocation, bed.attempt(1, 0));
    bed.runner.tasksIgnoreCancellation = true;
    stuck();
    assertThat(master.statesOf(bed.attempt(1, 0))).last().isEqualTo(ExecutionState.FAILED);
  }

  @Test
  void ofTasksCancelledTogetherEachIsWatchedForItself() {
    bed.runTask(master, allocation, attempt);
    AllocationID other = bed.allocate(1, master);
    TestingTaskRunner.TestingTask ends = bed.runTask(master, other, bed.attempt(1, 0));
    bed.sim.await(
        bed.gateway.cancelTasks(
            List.of(attempt, bed.attempt(1, 0)), master.id(), TaskExecutorBed.RPC));
    bed.runFor(Duration.ofMillis(2_500));
    int interruptions = ends.interruptions;
    ends.events.onCanceled(ends.metrics());
    bed.runFor(Duration.ofMillis(3_200));
    assertThat(ends.interruptions).isEqualTo(interruptions).isGreaterThan(1);
    assertThat(bed.runner.task(attempt).interruptions).isGreaterThan(interruptions);
    assertThat(master.statesOf(bed.attempt(1, 0))).last().isEqualTo(ExecutionState.CANCELED);
    assertThat(master.statesOf(attempt)).last().isEqualTo(ExecutionState.FAILED);
    assertThat(slot(0).quarantined()).isTrue();
    assertThat(slot(1).quarantined()).isFalse();
  }

  @Test
  void aSlotThatIsReleasedIsOutOfUseTooUntilItsTaskHasEnded() {
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, attempt);
    bed.sim.await(
        bed.gateway.freeSlots(List.of(allocation), master.id(), "enough", TaskExecutorBed.RPC));
    bed.runFor(
        Duration.ofMillis(5_700)); // a beat before its time comes half an interval after the last
    assertThat(slot(0).quarantined()).isTrue();
    task.events.onFinished(task.metrics());
    bed.settle();
    assertThat(bed.rm.available).containsExactly(allocation);
  }
}
