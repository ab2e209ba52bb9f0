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
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolModel.Use;
import org.stellwerk.runtime.messages.SlotOffer;

/** Random histories of a slot pool: it does what its model does, and its invariants hold. */
class SlotPoolPropertyTest {

  private static final int TASK_MANAGERS = 3;
  private static final int SLOTS_EACH = 4;

  private enum Kind {
    DECLARE,
    REQUEST,
    REGISTER,
    OFFER,
    ADOPT,
    DRAIN,
    LOSE_TASK_MANAGER,
    FAIL_SLOT,
    FREE_SLOT,
    USE,
    RETURN,
    GIVE_BACK,
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

  @Property(tries = 400)
  void theHistoryIsThatOfTheModel(@ForAll("histories") List<Step> steps) {
    History history = new History();
    for (Step step : steps) {
      history.run(step);
      history.pool.checkInvariants();
      history.compare();
    }
    assertThat(history.versions).isSorted().doesNotHaveDuplicates();
    int left = history.pool.numberOfSlots();
    int freedBefore = history.gateway.freed.size();
    history.pool.close("the end");
    history.pool.checkInvariants();
    assertThat(history.gateway.freed).hasSize(freedBefore + left);
    assertThat(history.used).isEmpty();
  }

  private static final class History {
    private final SimScheduler scheduler = new SimScheduler(1);
    private final SlotPoolModel model = new SlotPoolModel(SLOTS_EACH);
    private final TestingTaskManagerGateway gateway = new TestingTaskManagerGateway();
    private final List<Long> versions = new ArrayList<>();
    private final Map<Integer, List<AllocationID>> granted = new TreeMap<>();
    private final TreeSet<Integer> refused = new TreeSet<>();
    private final Map<AllocationID, AllocatedSlot> given = new LinkedHashMap<>();
    private final Map<Integer, LogicalSlot> used = new LinkedHashMap<>();
    private int declared;
    private final SlotPool pool =
        new SlotPool(
            (version, slots) -> {
              versions.add(version);
              declared = slots;
            },
            new ManualMainThreadExecutor(scheduler),
            new SlotPoolConfig(
                Duration.ofSeconds(1), Duration.ofSeconds(SlotPoolModel.IDLE_TIMEOUT)),
            scheduler.clock());

    void run(Step step) {
      int number = step.taskManager * SLOTS_EACH + step.slot;
      AllocationID id = allocation(number);
      switch (step.kind) {
        case DECLARE -> {
          model.required = step.count;
          pool.declareRequiredResources(step.count);
        }
        case REQUEST -> request(1 + step.count / 2, step.slot == 0);
        case REGISTER -> {
          model.register(step.taskManager);
          pool.registerTaskManager(taskManager(step.taskManager));
        }
        case OFFER -> {
          SlotOffer offer = new SlotOffer(id, step.slot);
          assertThat(pool.offerSlots(location(step.taskManager), gateway, List.of(offer)))
              .isEqualTo(model.offer(number) ? List.of(offer) : List.of());
        }
        case ADOPT -> adopt(step.taskManager, step.slot);
        case DRAIN -> {
          Set<Integer> leaving = new TreeSet<>();
          for (int taskManager = 0; taskManager < TASK_MANAGERS; taskManager++) {
            if ((step.count & 1 << taskManager) != 0) {
              leaving.add(taskManager);
            }
          }
          model.drain(leaving);
          pool.setDraining(leaving.stream().map(TestGraphs::taskManager).toList());
        }
        case LOSE_TASK_MANAGER -> {
          model.loseTaskManager(step.taskManager);
          pool.releaseTaskManager(taskManager(step.taskManager), new IllegalStateException("lost"));
        }
        case FAIL_SLOT -> {
          model.lose(number);
          pool.failAllocation(
              taskManager(step.taskManager), id, new IllegalStateException("failed"));
        }
        case FREE_SLOT -> {
          model.free(number);
          pool.freeSlot(id, "test");
        }
        case USE -> oneOf(model.slots(Use.GIVEN), step.count, this::use);
        case RETURN ->
            oneOf(
                model.slots(Use.USED),
                step.count,
                slot -> {
                  LogicalSlot share = used.remove(slot);
                  model.becomesFree(slot);
                  share.returnSlot();
                });
        case GIVE_BACK ->
            oneOf(
                model.slots(Use.GIVEN),
                step.count,
                slot -> {
                  model.becomesFree(slot);
                  pool.returnUnused(given.get(allocation(slot)));
                });
        case NOT_ENOUGH -> {
          model.notEnough(2);
          pool.notifyNotEnoughResourcesAvailable(1, 2);
        }
        case WAIT -> {
          model.pass(step.count);
          scheduler.runFor(Duration.ofSeconds(step.count));
        }
      }
    }

    private void adopt(int taskManager, int index) {
      int number = taskManager * SLOTS_EACH + index;
      SlotOffer held = new SlotOffer(allocation(number), index);
      Optional<AllocatedSlot> adopted = pool.adoptSlot(location(taskManager), gateway, held);
      assertThat(adopted.isPresent()).isEqualTo(model.adopt(number));
      adopted.ifPresent(slot -> given.put(slot.getAllocationId(), slot));
      assertThat(pool.adoptSlot(location(taskManager), gateway, held))
          .as("a second time")
          .isEmpty();
    }

    private static void oneOf(List<AllocationID> slots, int which, IntConsumer action) {
      if (!slots.isEmpty()) {
        action.accept((int) slots.get(which % slots.size()).value().getLeastSignificantBits());
      }
    }

    private void request(int count, boolean waitsForMore) {
      int number = model.request(count, waitsForMore);
      pool.requestSlots(
              new SlotRequest(
                  count,
                  SlotSelection.first(count),
                  Duration.ofSeconds(SlotPoolModel.REQUEST_TIMEOUT),
                  waitsForMore))
          .whenComplete(
              (slots, failure) -> {
                if (failure != null) {
                  refused.add(number);
                  return;
                }
                granted.put(number, slots.stream().map(AllocatedSlot::getAllocationId).toList());
                for (AllocatedSlot slot : slots) {
                  assertThat(slot.isAlive()).isTrue();
                  assertThat(pool.isDraining(slot.getSlotId().resourceId())).isFalse();
                  assertThat(slot.isUsed()).isFalse();
                  given.put(slot.getAllocationId(), slot);
                }
              });
    }

    private void use(int slot) {
      model.use(slot);
      LogicalSlot share = given.get(allocation(slot)).allocateLogicalSlot();
      assertThat(
              share.tryAssignPayload(
                  cause -> {
                    used.remove(slot);
                    share.returnSlot();
                  }))
          .isTrue();
      used.put(slot, share);
    }

    void compare() {
      List<AllocationID> free = new ArrayList<>();
      List<AllocationID> reserved = new ArrayList<>();
      for (SlotPoolSnapshot.Slot slot : pool.snapshot().slots()) {
        (slot.free() ? free : reserved).add(slot.allocationId());
      }
      List<AllocationID> expected = new ArrayList<>(model.slots(Use.GIVEN));
      expected.addAll(model.slots(Use.USED));
      assertThat(free).containsExactlyInAnyOrderElementsOf(model.slots(Use.FREE));
      assertThat(reserved).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(declared).isEqualTo(model.declared());
      assertThat(pool.numberOfSlots()).isEqualTo(model.size());
      assertThat(pool.stayingSlots()).isEqualTo(model.staying());
      assertThat(pool.numberOfRequests()).isEqualTo(model.numberOfRequests());
      assertThat(refused).isEqualTo(model.refused);
      assertThat(gateway.freed)
          .containsExactlyElementsOf(model.freed.stream().map(slot -> allocation(slot)).toList());
      Map<Integer, List<AllocationID>> expectedGrants = new TreeMap<>();
      model.granted.forEach(
          (request, slots) ->
              expectedGrants.put(request, slots.stream().map(slot -> allocation(slot)).toList()));
      assertThat(granted).isEqualTo(expectedGrants);
    }
  }
}
