package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.messages.TaskDeploymentBatch;
import org.stellwerk.runtime.messages.TaskExecutionState;

/**
 * Random calls, task ends, refusals and network faults: invariants hold after every event, and once
 * all is calm and given back, nothing is left.
 */
class TaskExecutorChaosTest {

  private static final int STEPS = 600;

  private Random random = new Random(0);
  private TaskExecutorBed bed = new TaskExecutorBed();
  private final List<TestingJobMaster> masters = new ArrayList<>();
  private final Map<AllocationID, TestingJobMaster> allocations = new LinkedHashMap<>();
  private int attempts;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void nothingIsLeftAfterTheStorm(long seed) {
    random = new Random(seed);
    bed = new TaskExecutorBed(seed, Map.of("task.cancellation.timeout", "0 ms"));
    bed.lead();
    masters.add(bed.jobMaster());
    masters.add(bed.jobMaster());
    for (int step = 0; step < STEPS; step++) {
      act();
      bed.runFor(Duration.ofMillis(random.nextInt(4) == 0 ? random.nextInt(4_000) : 20));
    }
    calm();
    assertThat(bed.tm.fatalErrors().errors()).isEmpty();
    assertThat(bed.rm.lastReport().slots()).allMatch(SlotStatus::isFree);
    for (TestingJobMaster master : masters) {
      int beats = master.heartbeats.size();
      bed.runFor(Duration.ofSeconds(3));
      assertThat(master.heartbeats).hasSize(beats);
      assertEndsOnce(master);
    }
    assertThat(bed.runner.starts).doesNotHaveDuplicates();
    assertThat(bed.runner.starts).hasSizeGreaterThan(10);
  }

  private static void assertEndsOnce(TestingJobMaster master) {
    Map<ExecutionAttemptID, Set<ExecutionState>> ends =
        master.states.stream()
            .filter(state -> state.state().isTerminal())
            .collect(
                Collectors.groupingBy(
                    TaskExecutionState::attemptId,
                    Collectors.mapping(TaskExecutionState::state, Collectors.toSet())));
    assertThat(ends.values()).allMatch(states -> states.size() == 1);
  }

  private void act() {
    switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4, 5 -> request();
      case 6 -> free(any(allocations.keySet()));
      case 7, 8, 9, 10, 11, 12 -> submit();
      case 13, 14, 15, 16 -> taskEvent();
      case 17, 18 -> cancel();
      case 19 -> network();
      case 20, 21 -> answers(any(masters));
      case 22 -> goodbye();
      default -> leadership();
    }
  }

  private <T> T any(Iterable<T> all) {
    List<T> list = new ArrayList<>();
    all.forEach(list::add);
    return list.isEmpty() ? null : list.get(random.nextInt(list.size()));
  }

  private void request() {
    TestingJobMaster master = any(masters);
    AllocationID allocation = bed.newAllocation();
    bed.requestSlot(random.nextInt(TaskExecutorBed.SLOTS), allocation, master)
        .thenRun(() -> allocations.put(allocation, master));
  }

  private void free(AllocationID allocation) {
    if (allocation != null) {
      bed.gateway.freeSlots(
          List.of(allocation), allocations.get(allocation).id(), "chaos", TaskExecutorBed.RPC);
    }
  }

  private void submit() {
    List<AllocationID> recent = new ArrayList<>(allocations.keySet());
    int from = Math.max(0, recent.size() - 2);
    AllocationID allocation = any(recent.subList(from, recent.size()));
    if (allocation != null) {
      TestingJobMaster master = allocations.get(allocation);
      bed.gateway.submitTasks(
          TaskDeploymentBatch.of(
              List.of(
                  bed.descriptor(
                      master.jobId, bed.attempt(random.nextInt(3), attempts++), allocation))),
          master.id(),
          TaskExecutorBed.RPC);
    }
  }

  private void taskEvent() {
    TestingTaskRunner.TestingTask task = any(bed.runner.tasks.values());
    if (task == null || task.ended) {
      return;
    }
    switch (random.nextInt(3)) {
      case 0 -> task.run();
      case 1 -> task.finish();
      default -> task.failWith(new IllegalStateException("chaos"));
    }
  }

  private void cancel() {
    ExecutionAttemptID attempt = any(bed.runner.starts);
    if (attempt != null) {
      bed.gateway.cancelTasks(List.of(attempt), any(masters).id(), TaskExecutorBed.RPC);
    }
  }

  private void network() {
    switch (random.nextInt(6)) {
      case 0 -> bed.net.setStatus("tm", "jm", Status.BLACKHOLE);
      case 1, 2 -> bed.net.setStatus("tm", "jm", Status.DISCONNECTED);
      default -> bed.net.heal();
    }
  }

  private void answers(TestingJobMaster master) {
    switch (random.nextInt(6)) {
      case 0 -> master.offerAnswer = offers -> CompletableFuture.completedFuture(List.of());
      case 1 -> master.offerAnswer = offers -> new CompletableFuture<>();
      case 2 -> master.stateAnswer = state -> new CompletableFuture<>();
      case 3 ->
          master.stateAnswer =
              state -> CompletableFuture.failedFuture(new IllegalArgumentException("unknown"));
      default -> friendly(master);
    }
  }

  private static void friendly(TestingJobMaster master) {
    master.offerAnswer = CompletableFuture::completedFuture;
    master.stateAnswer = state -> CompletableFuture.completedFuture(Acknowledge.INSTANCE);
  }

  private void goodbye() {
    if (random.nextBoolean()) {
      TestingJobMaster master = any(masters);
      bed.gateway.disconnectJobMaster(master.jobId, master.id(), "chaos");
    } else {
      bed.gateway.disconnectResourceManager(bed.rm.getFencingToken(), "chaos");
    }
  }

  private void leadership() {
    bed.retrieval.lead(random.nextInt(3) == 0 ? null : bed.leader);
  }

  private void calm() {
    bed.net.heal();
    bed.retrieval.lead(bed.leader);
    masters.forEach(TaskExecutorChaosTest::friendly);
    bed.runFor(Duration.ofSeconds(20));
    allocations.keySet().forEach(this::free);
    bed.runFor(Duration.ofSeconds(20));
  }
}
