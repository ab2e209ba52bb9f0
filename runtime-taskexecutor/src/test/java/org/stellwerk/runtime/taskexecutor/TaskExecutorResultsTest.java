package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.messages.IOMetrics;

/** Finished tasks whose results are read later. */
class TaskExecutorResultsTest {

  private final TaskExecutorBed bed =
      new TaskExecutorBed(1, Map.of("taskmanager.registration.timeout", "1 h"));
  private final TestingJobMaster master = bed.jobMaster();
  private final ExecutionAttemptID attempt = bed.attempt(0, 0);

  @BeforeEach
  void aTaskFinishesAndItsSlotIsFreed() {
    bed.lead();
    AllocationID allocation = bed.allocate(0, master);
    bed.withBlockingOutputs();
    bed.runTask(master, allocation, attempt).finish();
    bed.settle();
    bed.sim.await(
        bed.gateway.freeSlots(List.of(allocation), master.id(), "done", TaskExecutorBed.RPC));
    bed.settle();
  }

  private void release(JobMasterId session) {
    bed.gateway.releasePartitions(master.jobId, session, List.of(attempt));
    bed.settle();
  }

  @Test
  void theSlotIsFreeButTheConnectionStays() {
    assertThat(bed.rm.available).hasSize(1);
    bed.runFor(Duration.ofMinutes(5));
    assertThat(master.goodbyes).isEmpty();
    assertThat(bed.runner.releasedJobs).isEmpty();
    assertThat(bed.runner.releasedPartitions).isEmpty();
  }

  @Test
  void theJobIsOverWithItsLastResult() {
    release(master.id());
    assertThat(bed.runner.releasedPartitions).containsExactly(attempt);
    assertThat(master.goodbyes).hasSize(1);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
  }

  @Test
  void anotherSessionReleasesNothing() {
    release(new JobMasterId(bed.newSession().sessionId()));
    assertThat(bed.runner.releasedPartitions).isEmpty();
  }

  @Test
  void aGoodbyeOfTheJobMasterReleasesAll() {
    bed.gateway.disconnectJobMaster(master.jobId, master.id(), "the job is over");
    bed.settle();
    assertThat(bed.runner.releasedPartitions).containsExactly(attempt);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
  }

  @Test
  void theEndOfTheLeaseReleasesAll() {
    bed.jm.crash();
    bed.runFor(Duration.ofMinutes(1));
    assertThat(bed.runner.releasedPartitions).isEmpty();
    bed.runFor(Duration.ofMinutes(10));
    assertThat(bed.runner.releasedPartitions).containsExactly(attempt);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
  }

  @Test
  void aMissingResultIsToldWithItsProducer() {
    AllocationID other = bed.allocate(1, master);
    ExecutionAttemptID reader = bed.attempt(1, 0);
    bed.runTask(master, other, reader)
        .failWith(
            new IllegalStateException(
                "user code wraps it", new PartitionNotFoundException("gone", attempt, null)));
    bed.settle();
    assertThat(master.states).last().extracting("missingProducer").isEqualTo(attempt);
  }

  @Test
  void oneThatFailsLeavesNothing() {
    AllocationID other = bed.allocate(1, master);
    ExecutionAttemptID failing = bed.attempt(1, 0);
    bed.runTask(master, other, failing).events.onFailed(new ArithmeticException(), IOMetrics.ZERO);
    bed.settle();
    bed.gateway.releasePartitions(master.jobId, master.id(), List.of(failing));
    bed.settle();
    assertThat(bed.runner.releasedPartitions).isEmpty();
  }
}
