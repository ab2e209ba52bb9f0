package org.stellwerk.runtime.resourcemanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.Availability.Mode;
import org.stellwerk.runtime.messages.ResourceOverview;
import org.stellwerk.runtime.messages.TaskManagerInfo;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;

/** TaskExecutors that end, fall silent, are cordoned or drained. */
class ResourceManagerWorkersTest extends ResourceManagerTestBase {

  @Test
  void aSilentTaskExecutorIsLostWithItsSlotsAndToldOnce() {
    InstanceID id = register(taskExecutor);
    for (int i = 0; i < 30; i++) {
      seconds(1);
      sim.await(beat(taskExecutor, id));
    }
    assertThat(overview().taskManagers()).isEqualTo(1);
    seconds(17);
    assertThat(overview().taskManagers()).as("its process answers").isEqualTo(1);
    seconds(2);
    assertThat(overview()).isEqualTo(new ResourceOverview(0, 0, 0));
    assertThat(taskExecutor.disconnects).hasSize(1);
    assertThat(taskExecutor.disconnects.get(0)).contains("nothing was heard of it for 15000 ms");
    assertThat(sim.awaitFailure(beat(taskExecutor, id)))
        .isInstanceOf(UnknownTaskExecutorException.class);
  }

  @Test
  void aTaskExecutorThatLeavesIsNotTold() {
    InstanceID id = register(taskExecutor);
    gateway.disconnectTaskManager(taskExecutor.resourceId(), TaskManagerLoss.left("enough"));
    seconds(60);
    assertThat(overview().taskManagers()).isZero();
    assertThat(taskExecutor.disconnects).isEmpty();
    assertThat(sim.awaitFailure(beat(taskExecutor, id)))
        .isInstanceOf(UnknownTaskExecutorException.class);
  }

  @Test
  void aDeathIsToldToAllJobMastersAndIdleSlotsAreUsedAtOnce() {
    TestingTaskExecutor other = newTaskExecutor("te2", 2);
    register(jobMaster);
    InstanceID id = register(taskExecutor);
    sim.await(declare(jobMaster, 1, 2));
    sim.runUntil(() -> taskExecutor.slotCalls.size() == 2, TIMEOUT);
    register(other);
    TaskManagerLoss goodbye = TaskManagerLoss.ended("it was asked to end");
    gateway.disconnectTaskManager(taskExecutor.resourceId(), goodbye);
    sim.runUntil(() -> other.slotCalls.size() == 2, Duration.ofMillis(50));
    sim.runUntil(() -> !jobMaster.losses.isEmpty(), Duration.ofMillis(50));
    assertThat(jobMaster.losses).containsExactly(goodbye);
    assertThat(sim.awaitFailure(beat(taskExecutor, id)))
        .isInstanceOf(UnknownTaskExecutorException.class);
  }

  @Test
  void aKilledProcessIsLostAndToldWithoutWaitingForHeartbeats() {
    register(jobMaster);
    register(taskExecutor);
    teNode.crash();
    sim.runUntil(() -> !jobMaster.losses.isEmpty(), Duration.ofMillis(300));
    assertThat(jobMaster.losses).hasSize(1);
    assertThat(jobMaster.losses.get(0).kind()).isEqualTo(TaskManagerLoss.Kind.GONE);
    assertThat(snapshotOfTaskExecutors()).isEmpty();
  }

  @Test
  void aSilenceThatAJobMasterReportsIsBelievedOnlyIfItIsHeardHereToo() {
    register(jobMaster);
    InstanceID id = register(taskExecutor);
    TaskManagerLoss silent = TaskManagerLoss.silent(15_000);
    seconds(10);
    sim.await(beat(taskExecutor, id));
    sim.await(gateway.heartbeatFromJobMaster(jmResource, jobId, TIMEOUT));
    seconds(5);
    gateway.disconnectTaskManager(taskExecutor.resourceId(), silent);
    seconds(1);
    assertThat(snapshotOfTaskExecutors()).hasSize(1);
    seconds(2);
    gateway.disconnectTaskManager(taskExecutor.resourceId(), silent);
    seconds(1);
    assertThat(snapshotOfTaskExecutors()).isEmpty();
    assertThat(jobMaster.losses).containsExactly(silent);
    assertThat(taskExecutor.disconnects).hasSize(1);
  }

  @Test
  void anotherProcessUnderTheIdEndsTheFormerOneForTheJobMasters() {
    register(jobMaster);
    register(taskExecutor);
    TestingTaskExecutor successor = new TestingTaskExecutor(net.newNode("te-new").rpc(), "te1", 2);
    successor.start();
    register(successor);
    sim.runUntil(() -> !jobMaster.losses.isEmpty(), TIMEOUT);
    assertThat(jobMaster.losses.get(0).kind()).isEqualTo(TaskManagerLoss.Kind.GONE);
    assertThat(overview().slotsTotal()).isEqualTo(2);
  }

  private List<ResourceManagerSnapshot.TaskExecutor> snapshotOfTaskExecutors() {
    resourceManager.internalMainThreadGuard().enter();
    try {
      return resourceManager.snapshot().taskExecutors();
    } finally {
      resourceManager.internalMainThreadGuard().leave();
    }
  }

  @Test
  void aCordonedTaskExecutorIsNotAskedForSlotsAndKeepsThoseItGave() {
    register(jobMaster);
    register(taskExecutor);
    sim.await(declare(jobMaster, 1, 1));
    sim.runUntil(() -> taskExecutor.slotCalls.size() == 1, TIMEOUT);
    set(taskExecutor, Mode.CORDONED);
    sim.await(declare(jobMaster, 2, 2));
    seconds(1);
    assertThat(taskExecutor.slotCalls).hasSize(1);
    assertThat(overview()).isEqualTo(new ResourceOverview(1, 2, 0));
    assertThat(infos().get(0).availability()).isEqualTo(Mode.CORDONED);
    assertThat(infos().get(0).slotsFree()).isEqualTo(1);
    assertThat(jobMaster.draining).containsExactly(List.of());

    set(taskExecutor, Mode.OPEN);
    sim.runUntil(() -> taskExecutor.slotCalls.size() == 2, TIMEOUT);
  }

  @Test
  void whatATaskExecutorReportsDecides() {
    register(jobMaster);
    taskExecutor.availability = new Availability(Mode.CORDONED, 3);
    InstanceID id = register(taskExecutor);
    sim.await(declare(jobMaster, 1, 2));
    seconds(1);
    assertThat(taskExecutor.slotCalls).isEmpty();
    taskExecutor.availability = new Availability(Mode.OPEN, 2);
    sim.await(beat(taskExecutor, id));
    seconds(1);
    assertThat(taskExecutor.slotCalls).as("an older report").isEmpty();
    taskExecutor.availability = new Availability(Mode.OPEN, 4);
    sim.await(beat(taskExecutor, id));
    sim.runUntil(() -> taskExecutor.slotCalls.size() == 2, TIMEOUT);
  }

  @Test
  void jobMastersKnowWhichTaskExecutorsAreDrained() {
    register(taskExecutor);
    set(taskExecutor, Mode.DRAINING);
    register(jobMaster);
    seconds(1);
    List<ResourceID> one = List.of(taskExecutor.resourceId());
    assertThat(jobMaster.draining).containsExactly(one);
    set(taskExecutor, Mode.OPEN);
    set(taskExecutor, Mode.DRAINING);
    gateway.disconnectTaskManager(taskExecutor.resourceId(), TaskManagerLoss.ended("stopped"));
    seconds(1);
    assertThat(jobMaster.draining).containsExactly(one, List.of(), one, List.of());
    taskExecutor.availability = Availability.INITIAL;
    register(taskExecutor);
    assertThat(overview().slotsFree()).isEqualTo(2);
  }

  @Test
  void theEndOfADrainThatWasUnheardOfIsTold() {
    register(jobMaster);
    InstanceID id = register(taskExecutor);
    seconds(1);
    assertThat(jobMaster.draining).hasSize(1);
    taskExecutor.availability = new Availability(Mode.OPEN, 2);
    sim.await(beat(taskExecutor, id));
    seconds(1);
    assertThat(jobMaster.draining).containsExactly(List.of(), List.of());
    taskExecutor.availability = new Availability(Mode.OPEN, 4);
    id = register(taskExecutor);
    seconds(1);
    assertThat(jobMaster.draining).hasSize(3);
    taskExecutor.availability = new Availability(Mode.CORDONED, 5);
    sim.await(beat(taskExecutor, id));
    seconds(1);
    assertThat(jobMaster.draining).as("a cordon of which nothing was missed").hasSize(3);
  }

  @Test
  void anUnknownTaskExecutorCannotBeCordoned() {
    assertThat(
            sim.awaitFailure(
                gateway.setTaskManagerAvailability(
                    new ResourceID("nobody"), Mode.CORDONED, TIMEOUT)))
        .isInstanceOf(UnknownTaskExecutorException.class)
        .hasMessage("No TaskManager nobody is registered");
  }

  private void set(TestingTaskExecutor executor, Mode mode) {
    sim.await(gateway.setTaskManagerAvailability(executor.resourceId(), mode, TIMEOUT));
  }

  private List<TaskManagerInfo> infos() {
    return sim.await(gateway.requestTaskManagerInfos(TIMEOUT));
  }
}
