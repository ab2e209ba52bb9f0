package org.stellwerk.runtime.jobmaster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.runtime.messages.TaskDeploymentBatch;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskInformation;
import org.stellwerk.runtime.messages.TaskSubmissionResult;
import org.stellwerk.runtime.messages.exceptions.TaskManagerDrainingException;

class RpcTaskManagerGatewayTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final SimScheduler sim = new SimScheduler(1);
  private final RecordingTaskExecutor taskExecutor = new RecordingTaskExecutor();
  private final List<String> heard = new ArrayList<>();
  private final RpcTaskManagerGateway gateway =
      new RpcTaskManagerGateway(
          taskExecutor,
          new JobMasterId(new UUID(3, 3)),
          new ManualMainThreadExecutor(sim),
          () -> heard.add("draining"));

  private static TaskDeploymentDescriptor task(int index) {
    JobGraph graph = TestGraphs.single(1, 4);
    return new TaskDeploymentDescriptor(
        TestGraphs.information(graph),
        new TaskInformation(graph.vertices().get(0), List.of(), List.of()),
        List.of(),
        new ExecutionAttemptID(
            new ExecutionGraphId(new UUID(1, 1)),
            new ExecutionVertexID(TestGraphs.SOURCE, index),
            0),
        TestGraphs.allocation(index));
  }

  private static TaskSubmissionResult accepted(int index) {
    return new TaskSubmissionResult(task(index).attemptId(), null);
  }

  private static TaskSubmissionResult refused(int index, Exception why) {
    return new TaskSubmissionResult(task(index).attemptId(), SerializedThrowable.of(why));
  }

  /** The TaskExecutor answers the first call with tasks. */
  private void answerFirst(TaskSubmissionResult... results) {
    taskExecutor.answers.get(0).complete(List.of(results));
  }

  @Test
  void tasksOfOneTurnTravelTogether() {
    CompletableFuture<Acknowledge> one = gateway.submitTask(task(0), TIMEOUT);
    CompletableFuture<Acknowledge> two = gateway.submitTask(task(1), TIMEOUT);
    assertThat(taskExecutor.calls).isEmpty();
    sim.runUntilIdle();
    CompletableFuture<Acknowledge> three = gateway.submitTask(task(2), TIMEOUT);
    sim.runUntilIdle();
    assertThat(taskExecutor.calls).containsExactly("submit 2", "submit 1");
    taskExecutor.answers.get(0).complete(taskExecutor.accepted(0));
    sim.runUntilIdle();
    assertThat(one).isCompleted();
    assertThat(two).isCompleted();
    assertThat(three).isNotDone();
  }

  @Test
  void eachTaskHasItsOwnAnswer() {
    CompletableFuture<Acknowledge> one = gateway.submitTask(task(0), TIMEOUT);
    CompletableFuture<Acknowledge> two = gateway.submitTask(task(1), TIMEOUT);
    CompletableFuture<Acknowledge> three = gateway.submitTask(task(2), TIMEOUT);
    sim.runUntilIdle();
    answerFirst(refused(1, new IllegalStateException("no")), accepted(0));
    assertThat(sim.await(one)).isEqualTo(Acknowledge.INSTANCE);
    assertThat(sim.awaitFailure(two)).hasMessageContaining("no");
    assertThat(sim.awaitFailure(three)).hasMessageContaining("no result for the task");
  }

  @Test
  void aRefusalOfOneThatIsBeingDrainedIsHeardOfBeforeTheTasksAnswer() {
    for (int i = 0; i < 2; i++) {
      String name = "task " + i;
      gateway
          .submitTask(task(i), TIMEOUT)
          .whenComplete((ack, failure) -> heard.add(name + (failure == null ? "" : " refused")));
    }
    sim.runUntilIdle();
    answerFirst(accepted(0), refused(1, new TaskManagerDrainingException("is drained")));
    sim.runUntilIdle();
    assertThat(heard).containsExactly("draining", "task 0", "task 1 refused");
  }

  @Test
  void aFailedCallFailsEveryTaskOfIt() {
    CompletableFuture<Acknowledge> one = gateway.submitTask(task(0), TIMEOUT);
    sim.runUntilIdle();
    taskExecutor.answers.get(0).completeExceptionally(new TimeoutException("late"));
    assertThat(sim.awaitFailure(one)).isInstanceOf(TimeoutException.class);
  }

  @Test
  void whatIsAskedNeverOvertakesATask() {
    gateway.submitTask(task(0), TIMEOUT);
    gateway.cancelTask(task(0).attemptId(), TIMEOUT);
    gateway.submitTask(task(1), TIMEOUT);
    gateway.freeSlot(TestGraphs.allocation(1), "test", TIMEOUT);
    sim.runUntilIdle();
    assertThat(taskExecutor.calls)
        .containsExactly("submit 1", "cancel 1", "submit 1", "free 1 (test)");
  }

  @Test
  void slotsFreedInOneTurnForOneReasonTravelTogether() {
    CompletableFuture<Acknowledge> one = gateway.freeSlot(TestGraphs.allocation(0), "end", TIMEOUT);
    CompletableFuture<Acknowledge> two = gateway.freeSlot(TestGraphs.allocation(1), "end", TIMEOUT);
    gateway.freeSlot(TestGraphs.allocation(2), "idle", TIMEOUT);
    assertThat(taskExecutor.calls).containsExactly("free 2 (end)");
    sim.runUntilIdle();
    assertThat(taskExecutor.calls).containsExactly("free 2 (end)", "free 1 (idle)");
    assertThat(sim.await(one)).isEqualTo(Acknowledge.INSTANCE);
    assertThat(sim.await(two)).isEqualTo(Acknowledge.INSTANCE);
  }

  @Test
  void aFailedCallFailsEveryFreedSlotOfIt() {
    taskExecutor.freed = CompletableFuture.failedFuture(new FencingTokenException("not served"));
    CompletableFuture<Acknowledge> one = gateway.freeSlot(TestGraphs.allocation(0), "end", TIMEOUT);
    CompletableFuture<Acknowledge> two = gateway.freeSlot(TestGraphs.allocation(1), "end", TIMEOUT);
    assertThat(sim.awaitFailure(one)).isInstanceOf(FencingTokenException.class);
    assertThat(sim.awaitFailure(two)).isInstanceOf(FencingTokenException.class);
  }

  @Test
  void freedSlotsCancellationsAndTasksKeepTheirOrder() {
    gateway.freeSlot(TestGraphs.allocation(0), "idle", TIMEOUT);
    gateway.cancelTask(task(1).attemptId(), TIMEOUT);
    gateway.cancelTask(task(2).attemptId(), TIMEOUT);
    gateway.freeSlot(TestGraphs.allocation(1), "idle", TIMEOUT);
    gateway.freeSlot(TestGraphs.allocation(2), "idle", TIMEOUT);
    gateway.submitTask(task(3), TIMEOUT);
    sim.runUntilIdle();
    assertThat(taskExecutor.calls)
        .containsExactly("free 1 (idle)", "cancel 2", "free 2 (idle)", "submit 1");
  }

  @Test
  void aGoodbyeComesBehindWhatIsCollectedAndNothingBehindTheGoodbye() {
    gateway.freeSlot(TestGraphs.allocation(0), "end", TIMEOUT);
    gateway.freeSlot(TestGraphs.allocation(1), "end", TIMEOUT);
    gateway
        .flushed()
        .suspendJobMaster(new JobID(new UUID(4, 4)), new JobMasterId(new UUID(3, 3)), "end");
    sim.runUntilIdle();
    assertThat(taskExecutor.calls).containsExactly("free 2 (end)", "suspend");
  }

  @Test
  void tasksCancelledInOneTurnTravelTogether() {
    CompletableFuture<Acknowledge> one = gateway.cancelTask(task(0).attemptId(), TIMEOUT);
    CompletableFuture<Acknowledge> two = gateway.cancelTask(task(1).attemptId(), TIMEOUT);
    sim.runUntilIdle();
    assertThat(taskExecutor.calls).containsExactly("cancel 2");
    assertThat(sim.await(one)).isEqualTo(Acknowledge.INSTANCE);
    assertThat(sim.await(two)).isEqualTo(Acknowledge.INSTANCE);
    gateway.cancelTask(task(2).attemptId(), TIMEOUT);
    sim.runUntilIdle();
    assertThat(taskExecutor.calls).containsExactly("cancel 2", "cancel 1");
  }

  private static final class RecordingTaskExecutor implements TaskExecutorGateway {

    private final List<String> calls = new ArrayList<>();
    private final List<TaskDeploymentBatch> batches = new ArrayList<>();
    private final List<CompletableFuture<List<TaskSubmissionResult>>> answers = new ArrayList<>();
    private CompletableFuture<Acknowledge> freed =
        CompletableFuture.completedFuture(Acknowledge.INSTANCE);

    List<TaskSubmissionResult> accepted(int batch) {
      return batches.get(batch).tasks().stream()
          .map(task -> new TaskSubmissionResult(task.attemptId(), null))
          .toList();
    }

    @Override
    public CompletableFuture<List<TaskSubmissionResult>> submitTasks(
        TaskDeploymentBatch batch, JobMasterId jobMasterId, Duration timeout) {
      calls.add("submit " + batch.tasks().size());
      batches.add(batch);
      CompletableFuture<List<TaskSubmissionResult>> answer = new CompletableFuture<>();
      answers.add(answer);
      return answer;
    }

    @Override
    public CompletableFuture<Acknowledge> cancelTasks(
        List<ExecutionAttemptID> attemptIds, JobMasterId jobMasterId, Duration timeout) {
      calls.add("cancel " + attemptIds.size());
      return CompletableFuture.completedFuture(Acknowledge.INSTANCE);
    }

    @Override
    public CompletableFuture<Acknowledge> freeSlots(
        List<AllocationID> allocationIds,
        JobMasterId jobMasterId,
        String reason,
        Duration timeout) {
      calls.add("free " + allocationIds.size() + " (" + reason + ")");
      return freed;
    }

    @Override
    public CompletableFuture<List<SlotRefusal>> requestSlots(
        JobID jobId,
        List<SlotAllocation> slots,
        JobMasterAddress jobMaster,
        ResourceManagerId resourceManagerId,
        Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void releasePartitions(
        JobID jobId, JobMasterId jobMasterId, List<ExecutionAttemptID> producers) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void suspendJobMaster(JobID jobId, JobMasterId jobMasterId, String reason) {
      calls.add("suspend");
    }

    @Override
    public void disconnectJobMaster(JobID jobId, JobMasterId jobMasterId, String reason) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void disconnectResourceManager(ResourceManagerId resourceManagerId, String reason) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Availability> setAvailability(
        Availability.Mode mode, ResourceManagerId resourceManagerId, Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<ResourceID> ping(Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String getAddress() {
      return "te";
    }

    @Override
    public String getHostname() {
      return "host";
    }
  }
}
