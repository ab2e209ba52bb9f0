package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;

/** The end of a JobManager's process, which is news, and its silence, which is none. */
class TaskExecutorPeersTest {

  /** The news of an end is here; no heartbeat has failed. */
  private static final Duration SOON = Duration.ofMillis(20);

  @Test
  void theJobMasterOfADeadProcessIsLostAtOnce() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    TestingJobMaster master = bed.jobMaster();
    AllocationID allocation = bed.allocate(0, master);
    TestingTaskRunner.TestingTask task = bed.runTask(master, allocation, bed.attempt(0, 0));
    bed.jm.crash();
    bed.runFor(SOON);
    assertThat(bed.taskExecutor.snapshot().leases()).containsExactly(master.jobId);
    assertThat(task.cancellations).isZero();
  }

  @Test
  void aRegistrationAtADeadProcessIsGivenUpWithItsSlots() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    TestingJobMaster master = bed.jobMaster();
    master.registrationAnswer = ignored -> new CompletableFuture<>();
    bed.sim.await(bed.requestSlot(0, bed.newAllocation(), master));
    bed.settle();
    assertThat(master.registrations).hasSize(1);
    bed.jm.crash();
    bed.runFor(SOON);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
    assertThat(registrationAtTheNextLeader(bed).slotReport().slots()).allMatch(SlotStatus::isFree);
  }

  @Test
  void otherProcessesAreNotTouched() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    SimNode elsewhere = bed.net.newNode("elsewhere");
    TestingJobMaster other =
        new TestingJobMaster(
            elsewhere.rpc(),
            new JobID(elsewhere.ids().nextUuid()),
            new JobMasterId(bed.leader.sessionId()));
    other.start();
    TestingJobMaster master = bed.jobMaster();
    TestingTaskRunner.TestingTask task =
        bed.runTask(master, bed.allocate(0, master), bed.attempt(0, 0));
    bed.runTask(other, bed.allocate(1, other), bed.attempt(1, 0));
    elsewhere.crash();
    bed.runFor(Duration.ofSeconds(5));
    assertThat(bed.taskExecutor.snapshot().leases()).containsExactly(other.jobId);
    assertThat(task.cancellations).isZero();
    assertThat(bed.rm.registrations).hasSize(1);
  }

  @Test
  void theResourceManagerOfADeadProcessIsLookedForAgainAtOnce() {
    TaskExecutorBed bed =
        new TaskExecutorBed(1, Map.of("cluster.registration.error-delay", "50 ms"));
    bed.lead();
    bed.jm.crash();
    SimNode again = bed.net.newNode("jm");
    TestingResourceManager restarted =
        new TestingResourceManager(again.rpc(), new ResourceManagerId(bed.leader.sessionId()));
    restarted.start();
    bed.runFor(Duration.ofMillis(100));
    assertThat(restarted.registrations).hasSize(1);
  }

  @Test
  void aGoodbyeMeansTheSame() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    TestingJobMaster master = bed.jobMaster();
    TestingTaskRunner.TestingTask task =
        bed.runTask(master, bed.allocate(0, master), bed.attempt(0, 0));
    bed.sim.await(bed.jm.rpc().closeAsync());
    bed.runFor(SOON);
    assertThat(bed.taskExecutor.snapshot().leases()).containsExactly(master.jobId);
    assertThat(task.cancellations).isZero();
  }

  @Test
  void aPausedProcessIsKept() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    TestingJobMaster master = bed.jobMaster();
    TestingTaskRunner.TestingTask task =
        bed.runTask(master, bed.allocate(0, master), bed.attempt(0, 0));
    bed.jm.freeze(Duration.ofSeconds(10));
    bed.runFor(Duration.ofSeconds(20));
    assertThat(task.cancellations).isZero();
    assertThat(master.registrations).hasSize(1);
    assertThat(bed.rm.registrations).hasSize(1);
  }

  @Test
  void aSilentWayIsKeptUntilTheHeartbeatTimeout() {
    TaskExecutorBed bed = TaskExecutorBed.registered();
    TestingJobMaster master = bed.jobMaster();
    TestingTaskRunner.TestingTask task =
        bed.runTask(master, bed.allocate(0, master), bed.attempt(0, 0));
    bed.net.isolate("jm");
    bed.jm.crash(); // which nobody can know
    bed.runFor(Duration.ofSeconds(13));
    assertThat(task.cancellations).isZero();
    bed.runFor(Duration.ofSeconds(5));
    assertThat(task.cancellations).isEqualTo(1);
  }

  private static TaskExecutorRegistration registrationAtTheNextLeader(TaskExecutorBed bed) {
    SimNode node = bed.net.newNode("jm-2");
    LeaderInformation next =
        new LeaderInformation(node.ids().nextUuid(), "sim://jm-2/", "http://jm-2:8081");
    TestingResourceManager manager =
        new TestingResourceManager(node.rpc(), new ResourceManagerId(next.sessionId()));
    manager.start();
    bed.retrieval.lead(next);
    bed.settle();
    return manager.registrations.get(0);
  }
}
