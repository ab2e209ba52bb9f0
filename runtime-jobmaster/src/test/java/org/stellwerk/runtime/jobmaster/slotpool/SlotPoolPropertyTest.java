package org.stellwerk.runtime.jobmaster.slotpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.executiongraph.TestGraphs.allocation;
import static org.stellwerk.runtime.executiongraph.TestGraphs.location;
import static org.stellwerk.runtime.executiongraph.TestGraphs.taskManager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.messages.SlotOffer;

/** Random histories of a slot pool: its invariants hold after each step, and no slot is lost. */
class SlotPoolPropertyTest {

  private static final int TASK_MANAGERS = 3;
  private static final int SLOTS_EACH = 4;

  private enum Kind {
    DECLARE,
    REQUEST,
    REGISTER,
    OFFER,
    LOSE_TASK_MANAGER,
    FAIL_SLOT,
    FREE_SLOT,
    USE,
    RETURN,
    NOT_ENOUGH,
    WAIT
  }

  private record Step(Kind kind, int taskManager, int slot, int count) {}

  @Provide
  Arbitrary<List<Step>> histories() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(0, TASK_MANAGERS - 1),
            Arbitraries.integers().between(0, SLOTS_EACH - 1),
            Arbitraries.integers().between(0, 6))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(80);
  }

  private static final class History {
    private final SimScheduler scheduler = new SimScheduler(1);
    private final List<Long> versions = new ArrayList<>();
    private final Map<AllocationID, AllocatedSlot> given = new LinkedHashMap<>();
    private final List<LogicalSlot> used = new ArrayList<>();
    private final TestingTaskManagerGateway gateway = new TestingTaskManagerGateway();
    private int declared;
    private final SlotPool pool =
        new SlotPool(
            (version, slots) -> {
              versions.add(version);
              declared = slots;
            },
            new ManualMainThreadExecutor(scheduler),
            Duration.ofSeconds(1));

    void run(Step step) {
      AllocationID id = allocation(step.taskManager * SLOTS_EACH + step.slot);
      switch (step.kind) {
        case DECLARE -> pool.declareRequiredResources(step.count);
        case REQUEST ->
            pool.requestSlots(
                    new SlotRequest(1 + step.count / 2, List.of(), Duration.ofSeconds(5), false))
                .thenAccept(slots -> slots.forEach(this::receive));
        case REGISTER -> pool.registerTaskManager(taskManager(step.taskManager));
        case OFFER -> {
          int before = pool.numberOfSlots();
          List<SlotOffer> accepted =
              pool.offerSlots(
                  location(step.taskManager), gateway, List.of(new SlotOffer(id, step.slot)));
          boolean tookOne = pool.numberOfSlots() == before + 1;
          assertThat(pool.numberOfSlots()).isBetween(before, before + 1);
          assertThat(!tookOne || accepted.size() == 1).isTrue();
          assertThat(!tookOne || before < declared).isTrue();
        }
        case LOSE_TASK_MANAGER ->
            pool.releaseTaskManager(
                taskManager(step.taskManager), new IllegalStateException("lost"));
        case FAIL_SLOT ->
            pool.failAllocation(
                taskManager(step.taskManager), id, new IllegalStateException("failed"));
        case FREE_SLOT -> pool.freeSlot(id, "test");
        case USE ->
            given.values().stream().filter(AllocatedSlot::isAlive).findFirst().ifPresent(this::use);
        case RETURN -> {
          if (!used.isEmpty()) {
            LogicalSlot last = used.remove(used.size() - 1);
            last.returnSlot();
          }
        }
        case NOT_ENOUGH -> pool.notifyNotEnoughResourcesAvailable(1, 2);
        case WAIT -> scheduler.runFor(Duration.ofSeconds(step.count));
      }
      given.values().removeIf(slot -> !slot.isAlive());
    }

    private void receive(AllocatedSlot slot) {
      assertThat(slot.isAlive()).isTrue();
      assertThat(slot.isUsed()).isFalse();
      given.put(slot.getAllocationId(), slot);
    }

    private void use(AllocatedSlot slot) {
      LogicalSlot logical = slot.allocateLogicalSlot();
      assertThat(
              logical.tryAssignPayload(
                  cause -> {
                    used.remove(logical);
                    logical.returnSlot();
                  }))
          .isTrue();
      given.remove(slot.getAllocationId());
      used.add(logical);
    }
  }

  @Property(tries = 300)
  void invariantsHoldInEveryHistory(@ForAll("histories") List<Step> steps) {
    History history = new History();
    for (Step step : steps) {
      history.run(step);
      history.pool.checkInvariants();
    }
    assertThat(history.versions).isSorted().doesNotHaveDuplicates();
    int left = history.pool.numberOfSlots();
    int freedBefore = history.gateway.freed.size();
    history.pool.close("the end");
    history.pool.checkInvariants();
    assertThat(history.gateway.freed).hasSize(freedBefore + left);
    assertThat(history.used).isEmpty();
  }
}
