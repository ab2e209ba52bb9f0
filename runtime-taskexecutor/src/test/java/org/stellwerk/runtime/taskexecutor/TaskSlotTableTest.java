package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.messages.exceptions.SlotAllocationException;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;

class TaskSlotTableTest {

  private static final int SLOTS = 3;

  /** A table with its timeouts; a timeout releases, as in the TaskExecutor. */
  private static final class Bed {
    final SimScheduler sim = new SimScheduler(1);
    final List<AllocationID> timedOut = new ArrayList<>();
    final AllocationTimeouts timeouts =
        new AllocationTimeouts(
            Duration.ofSeconds(10), new ManualMainThreadExecutor(sim), sim.clock(), timedOut::add);
    final TaskSlotTable table =
        new TaskSlotTable(new ResourceID("tm"), SLOTS, timeouts, TransitionObserver.NONE);
  }

  private final Bed bed = new Bed();
  private final TaskSlotTable table = bed.table;

  private static JobID job(int number) {
    return new JobID(new UUID(1, number));
  }

  private static AllocationID allocation(int number) {
    return new AllocationID(new UUID(2, number));
  }

  private static ExecutionAttemptID attempt(int subtask, int number) {
    return new ExecutionAttemptID(
        new ExecutionGraphId(new UUID(3, 0)),
        new ExecutionVertexID(new JobVertexID(new UUID(4, 0)), subtask),
        number);
  }

  @Test
  void aRepeatedAllocationChangesNothing() throws Exception {
    table.allocate(0, job(0), allocation(0));
    SlotReport before = table.report();
    table.allocate(0, job(0), allocation(0));
    assertThat(table.report()).isEqualTo(before);
    assertThat(table.allocationsOf(job(0))).containsExactly(allocation(0));
    assertThatThrownBy(() -> table.allocate(1, job(0), allocation(0)))
        .isInstanceOf(SlotAllocationException.class);
    assertThatThrownBy(() -> table.allocate(0, job(0), allocation(1)))
        .isInstanceOf(SlotAllocationException.class);
    assertThatThrownBy(() -> table.allocate(-1, job(0), allocation(1)))
        .isInstanceOf(SlotAllocationException.class);
  }

  @Test
  void anAllocationTimesOutUnlessItIsActive() throws Exception {
    table.allocate(0, job(0), allocation(0));
    table.allocate(1, job(0), allocation(1));
    bed.sim.runFor(Duration.ofSeconds(9));
    assertThat(table.markActive(allocation(1))).isTrue();
    assertThat(table.markActive(allocation(1))).isTrue();
    bed.sim.runFor(Duration.ofSeconds(30));
    assertThat(bed.timedOut).containsExactly(allocation(0));
  }

  @Test
  void whatIsArmedAgainWaitsAfreshAndHoldsUpNothing() {
    AllocationTimeouts timeouts = bed.timeouts;
    timeouts.arm(allocation(0));
    bed.sim.runFor(Duration.ofSeconds(3));
    timeouts.arm(allocation(3));
    bed.sim.runFor(Duration.ofSeconds(3));
    timeouts.arm(allocation(0));
    bed.sim.runFor(Duration.ofSeconds(6));
    assertThat(bed.timedOut).isEmpty();
    bed.sim.runFor(Duration.ofSeconds(2));
    assertThat(bed.timedOut).containsExactly(allocation(3));
    bed.sim.runFor(Duration.ofMillis(1_500));
    timeouts.arm(allocation(0)); // in the last tenth of its time
    bed.sim.runFor(Duration.ofSeconds(9));
    assertThat(bed.timedOut).hasSize(1);
    assertThat(timeouts.isArmed(allocation(0))).isTrue();
    bed.sim.runFor(Duration.ofSeconds(2));
    assertThat(bed.timedOut).containsExactly(allocation(3), allocation(0));
    assertThat(timeouts.isArmed(allocation(0))).isFalse();
    timeouts.arm(allocation(1));
    timeouts.arm(allocation(2));
    timeouts.stop();
    bed.sim.runFor(Duration.ofSeconds(30));
    assertThat(bed.timedOut).hasSize(2);
  }

  @Test
  void aStoppedTableWaitsForNothingAndIsConsistent() throws Exception {
    table.allocate(0, job(0), allocation(0));
    table.stop();
    table.checkInvariants();
    bed.sim.runFor(Duration.ofMinutes(1));
    assertThat(bed.timedOut).isEmpty();
  }

  @Test
  void activeAllocationsAreListedPerJob() throws Exception {
    table.allocate(0, job(0), allocation(0));
    table.allocate(1, job(1), allocation(1));
    table.allocate(2, job(0), allocation(2));
    table.markActive(allocation(2));
    table.markActive(allocation(1));
    assertThat(table.activeAllocations(job(0))).containsExactly(allocation(2));
    assertThat(table.openOffers(job(0))).containsExactly(new SlotOffer(allocation(0), 0));
    assertThat(table.markActive(allocation(9))).isFalse();
  }

  @Test
  void aSlotWithTasksIsFreeAfterTheLast() throws Exception {
    table.allocate(0, job(0), allocation(0));
    assertThat(table.addAttempt(attempt(0, 0), job(0), allocation(0))).isTrue();
    assertThat(table.addAttempt(attempt(1, 0), job(0), allocation(0))).isTrue();
    assertThat(table.release(allocation(0), "test").orElseThrow().toEnd())
        .containsExactly(attempt(0, 0), attempt(1, 0));
    assertThat(table.release(allocation(0), "again")).isEmpty();
    assertThat(table.markActive(allocation(0))).isFalse();
    assertThat(table.isGone(job(0))).isFalse();
    assertThatThrownBy(() -> table.addAttempt(attempt(2, 0), job(0), allocation(0)))
        .isInstanceOf(TaskSubmissionException.class)
        .hasMessageContaining("lost slot");
    assertThat(table.report().slots().get(0).allocationId()).isEqualTo(allocation(0));
    assertThat(table.removeAttempt(attempt(0, 0))).isEmpty();
    assertThat(table.removeAttempt(attempt(1, 0)).orElseThrow().allocationId())
        .isEqualTo(allocation(0));
    assertThat(table.report().slots()).allMatch(SlotStatus::isFree);
    assertThat(table.isGone(job(0))).isTrue();
  }

  @Test
  void anAttemptIsTakenOnceAndOlderOnesNever() throws Exception {
    table.allocate(0, job(0), allocation(0));
    assertThat(table.addAttempt(attempt(0, 1), job(0), allocation(0))).isTrue();
    assertThat(table.addAttempt(attempt(0, 1), job(0), allocation(0))).isFalse();
    table.removeAttempt(attempt(0, 1));
    assertThat(table.addAttempt(attempt(0, 1), job(0), allocation(0))).isFalse();
    assertThatThrownBy(() -> table.addAttempt(attempt(0, 0), job(0), allocation(0)))
        .isInstanceOf(TaskSubmissionException.class);
    assertThat(table.addAttempt(attempt(0, 2), job(0), allocation(0))).isTrue();
  }

  private enum Kind {
    ALLOCATE,
    ACTIVATE,
    RELEASE,
    QUARANTINE,
    ADD,
    REMOVE,
    TIME
  }

  /** One step; what the numbers mean depends on the kind. */
  private record Step(Kind kind, int slot, int number, int attempt) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(0, SLOTS - 1),
            Arbitraries.integers().between(0, 4),
            Arbitraries.integers().between(0, 3))
        .as(Step::new)
        .list()
        .ofMaxSize(80);
  }

  /** What a slot should be, told as simply as possible. */
  private static final class Model {
    record Taken(int slot, SlotState state) {
      boolean held() {
        return state == SlotState.ALLOCATED || state == SlotState.ACTIVE;
      }
    }

    final Map<AllocationID, Taken> taken = new LinkedHashMap<>();
    final Map<ExecutionAttemptID, AllocationID> running = new LinkedHashMap<>();
    final Map<AllocationID, Set<ExecutionAttemptID>> seen = new LinkedHashMap<>();

    void release(AllocationID allocation) {
      Taken before = taken.get(allocation);
      if (before == null || !before.held()) {
        return;
      }
      if (running.containsValue(allocation)) {
        taken.put(allocation, new Taken(before.slot(), SlotState.RELEASING));
      } else {
        free(allocation);
      }
    }

    /** The other attempts, which have to end. */
    List<ExecutionAttemptID> quarantine(ExecutionAttemptID attempt) {
      AllocationID allocation = running.get(attempt);
      Taken before = allocation == null ? null : taken.get(allocation);
      if (before == null || before.state() == SlotState.QUARANTINED) {
        return List.of();
      }
      taken.put(allocation, new Taken(before.slot(), SlotState.QUARANTINED));
      return running.keySet().stream()
          .filter(other -> running.get(other).equals(allocation) && !other.equals(attempt))
          .toList();
    }

    void free(AllocationID allocation) {
      taken.remove(allocation);
      seen.remove(allocation);
    }

    void remove(ExecutionAttemptID attempt) {
      AllocationID allocation = running.remove(attempt);
      if (allocation == null) {
        return;
      }
      Taken slot = taken.get(allocation);
      if (slot != null && !slot.held() && !running.containsValue(allocation)) {
        free(allocation);
      }
    }
  }

  @Property(tries = 300)
  void behavesAsItsModel(@ForAll("steps") List<Step> steps) {
    Bed run = new Bed();
    Model model = new Model();
    for (Step step : steps) {
      perform(step, run, model);
      for (AllocationID late : run.timedOut) {
        run.table.release(late, "timeout");
        model.release(late);
      }
      run.timedOut.clear();
      run.table.checkInvariants();
      compare(run.table, model);
    }
  }

  private static void perform(Step step, Bed run, Model model) {
    AllocationID allocation = allocation(step.number());
    JobID job = job(step.number() % 2);
    ExecutionAttemptID attempt = attempt(step.slot(), step.attempt());
    switch (step.kind()) {
      case ALLOCATE -> allocate(step, run, model);
      case ACTIVATE -> {
        Model.Taken slot = model.taken.get(allocation);
        boolean expected = slot != null && slot.held();
        assertThat(run.table.markActive(allocation)).isEqualTo(expected);
        if (slot != null && expected) {
          model.taken.put(allocation, new Model.Taken(slot.slot(), SlotState.ACTIVE));
        }
      }
      case RELEASE -> {
        run.table.release(allocation, "test");
        model.release(allocation);
      }
      case QUARANTINE ->
          assertThat(run.table.quarantine(attempt))
              .containsExactlyInAnyOrderElementsOf(model.quarantine(attempt));
      case ADD -> add(run, model, attempt, job, allocation);
      case REMOVE -> {
        Optional<TaskSlotTable.FreedSlot> freed = run.table.removeAttempt(attempt);
        int before = model.taken.size();
        model.remove(attempt);
        assertThat(freed.isPresent()).isEqualTo(model.taken.size() < before);
      }
      case TIME -> {
        run.sim.runFor(Duration.ofSeconds(10));
        new ArrayList<>(model.taken.entrySet())
            .forEach(
                each -> {
                  if (each.getValue().state() == SlotState.ALLOCATED) {
                    assertThat(run.timedOut).contains(each.getKey());
                  }
                });
      }
    }
  }

  private static void allocate(Step step, Bed run, Model model) {
    AllocationID allocation = allocation(step.number());
    Model.Taken holder = model.taken.get(allocation);
    boolean occupied = model.taken.values().stream().anyMatch(taken -> taken.slot() == step.slot());
    boolean again = holder != null && holder.slot() == step.slot() && holder.held();
    boolean possible = again || (holder == null && !occupied);
    try {
      run.table.allocate(step.slot(), job(step.number() % 2), allocation);
      assertThat(possible).isTrue();
      model.taken.putIfAbsent(allocation, new Model.Taken(step.slot(), SlotState.ALLOCATED));
    } catch (SlotAllocationException e) {
      assertThat(possible).as(e.getMessage()).isFalse();
    }
  }

  private static void add(
      Bed run, Model model, ExecutionAttemptID attempt, JobID job, AllocationID allocation) {
    Model.Taken slot = model.taken.get(allocation);
    Set<ExecutionAttemptID> seen =
        model.seen.computeIfAbsent(allocation, ignored -> new LinkedHashSet<>());
    boolean older =
        seen.stream()
            .anyMatch(
                other ->
                    other.executionVertexId().equals(attempt.executionVertexId())
                        && other.attemptNumber() > attempt.attemptNumber());
    boolean repeated = seen.contains(attempt) && !older;
    boolean possible =
        slot != null && slot.held() && !older && (repeated || !model.running.containsKey(attempt));
    try {
      assertThat(run.table.addAttempt(attempt, job, allocation)).isEqualTo(!repeated);
      assertThat(possible).isTrue();
      if (!repeated) {
        seen.add(attempt);
        model.running.put(attempt, allocation);
      }
    } catch (TaskSubmissionException e) {
      assertThat(possible).as(e.getMessage()).isFalse();
    }
    if (slot == null) {
      model.seen.remove(allocation);
    }
  }

  private static void compare(TaskSlotTable table, Model model) {
    Set<AllocationID> reported = new LinkedHashSet<>();
    for (SlotStatus status : table.report().slots()) {
      AllocationID allocation = status.allocationId();
      if (allocation == null) {
        continue;
      }
      reported.add(allocation);
      Model.Taken expected = model.taken.get(allocation);
      assertThat(expected).isNotNull();
      assertThat(expected.slot()).isEqualTo(status.slotId().slotNumber());
      assertThat(table.stateOf(allocation)).contains(expected.state());
      assertThat(status.quarantined()).isEqualTo(expected.state() == SlotState.QUARANTINED);
    }
    assertThat(reported).isEqualTo(model.taken.keySet());
  }
}
