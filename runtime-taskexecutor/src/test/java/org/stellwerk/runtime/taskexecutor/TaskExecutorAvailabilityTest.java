package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.Availability.Mode;
import org.stellwerk.runtime.messages.TaskSubmissionResult;
import org.stellwerk.runtime.messages.exceptions.SlotAllocationException;
import org.stellwerk.runtime.messages.exceptions.TaskManagerDrainingException;

/** A TaskExecutor that is cordoned or drained. */
class TaskExecutorAvailabilityTest {

  private final TaskExecutorBed bed = TaskExecutorBed.registered();
  private final TestingJobMaster master = bed.jobMaster();

  private Availability set(Mode mode) {
    return bed.sim.await(
        bed.gateway.setAvailability(
            mode, new ResourceManagerId(master.id().value()), TaskExecutorBed.RPC));
  }

  private void refusesSlots() {
    assertThat(bed.sim.awaitFailure(bed.requestSlot(1, bed.newAllocation(), master)))
        .isInstanceOf(SlotAllocationException.class)
        .hasMessageContaining("gives no slots");
  }

  @Test
  void cordonedItGivesNoSlotsButTakesTasksInThoseItGave() {
    AllocationID allocation = bed.allocate(0, master);
    assertThat(set(Mode.CORDONED)).isEqualTo(new Availability(Mode.CORDONED, 1));
    assertThat(set(Mode.CORDONED)).isEqualTo(new Availability(Mode.CORDONED, 1));
    refusesSlots();
    assertThat(bed.submit(master, allocation, bed.attempt(0, 0)))
        .allMatch(each -> each.refusal() == null);
    assertThat(set(Mode.OPEN)).isEqualTo(new Availability(Mode.OPEN, 2));
    bed.allocate(1, master);
    bed.settle();
    assertThat(master.offers).hasSize(2);
  }

  @Test
  void drainedItTakesNoTasksAndGoesOnWithThoseItHas() {
    AllocationID allocation = bed.allocate(0, master);
    TestingTaskRunner.TestingTask running = bed.runTask(master, allocation, bed.attempt(0, 0));
    set(Mode.DRAINING);
    refusesSlots();
    List<TaskSubmissionResult> results =
        bed.submit(master, allocation, bed.attempt(1, 0), bed.attempt(0, 0));
    assertThat(results.get(0).refusal()).isNotNull();
    assertThat(results.get(0).refusal().className())
        .isEqualTo(TaskManagerDrainingException.class.getName());
    assertThat(results.get(1).refusal()).as("a repetition").isNull();
    assertThat(running.cancellations).isZero();
  }

  @Test
  void itTellsEachLeaderAndTheNextOneKnows() {
    set(Mode.DRAINING);
    bed.runFor(Duration.ofSeconds(2));
    assertThat(bed.rm.heartbeats)
        .last()
        .satisfies(beat -> assertThat(beat.availability().mode()).isEqualTo(Mode.DRAINING));
    LeaderInformation next = bed.newSession();
    TestingResourceManager successor = bed.resourceManager(next);
    bed.retrieval.lead(next);
    bed.runFor(Duration.ofSeconds(2));
    assertThat(successor.registrations)
        .last()
        .satisfies(
            registration ->
                assertThat(registration.availability())
                    .isEqualTo(new Availability(Mode.DRAINING, 1)));
    assertThat(
            bed.sim.awaitFailure(
                bed.gateway.setAvailability(
                    Mode.OPEN, new ResourceManagerId(master.id().value()), TaskExecutorBed.RPC)))
        .isInstanceOf(FencingTokenException.class);
  }
}
