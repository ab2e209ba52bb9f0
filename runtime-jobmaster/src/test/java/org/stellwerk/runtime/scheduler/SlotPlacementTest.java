package org.stellwerk.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.slotpool.AllocatedSlot;
import org.stellwerk.runtime.jobmaster.slotpool.TestingSlots;
import org.stellwerk.runtime.jobmaster.slotpool.TestingTaskManagerGateway;
import org.stellwerk.runtime.scheduler.SlotPlacement.Wish;

class SlotPlacementTest {

  private static AllocatedSlot slot(int number, int taskManager) {
    return TestingSlots.slot(number, taskManager, new TestingTaskManagerGateway());
  }

  private static Wish wish(String group) {
    return new Wish(group, null);
  }

  @Test
  void theFormerSlotComesFirstThenItsTaskManagerThenAny() {
    AllocatedSlot lost = slot(9, 2);
    AllocatedSlot former = slot(1, 1);
    AllocatedSlot near = slot(2, 2);
    AllocatedSlot far = slot(3, 3);
    assertThat(
            SlotPlacement.choose(
                List.of(wish("g"), new Wish("g", lost), new Wish("g", former)),
                List.of(),
                List.of(near, former, far)))
        .containsExactly(far, near, former);
  }

  @Test
  void whatAGroupHasAlreadyCounts() {
    AllocatedSlot one = slot(1, 1);
    AllocatedSlot two = slot(2, 2);
    List<Wish> held = List.of(new Wish("g", slot(8, 1)), new Wish("other", slot(9, 2)));
    assertThat(SlotPlacement.choose(List.of(wish("g")), held, List.of(one, two)))
        .containsExactly(two);
    assertThat(SlotPlacement.choose(List.of(wish("other")), held, List.of(one, two)))
        .containsExactly(one);
  }

  @Test
  void tooFewSlotsAreAnError() {
    assertThatThrownBy(
            () ->
                SlotPlacement.choose(List.of(wish("g"), wish("g")), List.of(), List.of(slot(1, 1))))
        .isInstanceOf(IllegalStateException.class);
  }

  /** TaskManagers with equally many slots, give or take one, as the ResourceManager gives them. */
  @Property(tries = 500)
  void everyVertexOfEveryGroupIsSpreadEvenly(
      @ForAll @IntRange(min = 1, max = 6) int taskManagers,
      @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 9) Integer> groups) {
    List<Wish> wishes = new ArrayList<>();
    for (int group = 0; group < groups.size(); group++) {
      wishes.addAll(Collections.nCopies(groups.get(group), wish("group-" + group)));
    }
    List<AllocatedSlot> free = new ArrayList<>();
    for (int i = 0; i < wishes.size(); i++) {
      free.add(slot(i, i % taskManagers));
    }
    List<AllocatedSlot> chosen = SlotPlacement.choose(wishes, List.of(), free);
    assertThat(chosen).containsExactlyInAnyOrderElementsOf(free);
    int from = 0;
    for (int parallelism : groups) {
      for (int vertex = 1; vertex <= parallelism; vertex++) {
        checkEven(chosen.subList(from, from + vertex), taskManagers);
      }
      from += parallelism;
    }
  }

  private static void checkEven(List<AllocatedSlot> slots, int taskManagers) {
    Map<ResourceID, Integer> counts = new LinkedHashMap<>();
    for (int i = 0; i < taskManagers; i++) {
      counts.put(TestGraphs.taskManager(i), 0);
    }
    slots.forEach(slot -> counts.merge(slot.getSlotId().resourceId(), 1, Integer::sum));
    assertThat(Collections.max(counts.values()) - Collections.min(counts.values()))
        .as(counts.toString())
        .isLessThanOrEqualTo(1);
  }

  @Property(tries = 300)
  void whoeverCanStayStays(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 0, max = 3) Integer> owners,
      @ForAll @Size(min = 12, max = 12) List<Boolean> wanted) {
    List<AllocatedSlot> free = new ArrayList<>();
    List<Wish> wishes = new ArrayList<>();
    for (int i = 0; i < owners.size(); i++) {
      AllocatedSlot slot = slot(i, owners.get(i));
      free.add(slot);
      wishes.add(new Wish("g", wanted.get(i) ? slot : null));
    }
    List<AllocatedSlot> chosen = SlotPlacement.choose(wishes, List.of(), free);
    assertThat(chosen).doesNotHaveDuplicates().hasSize(wishes.size());
    for (int i = 0; i < wishes.size(); i++) {
      if (wanted.get(i)) {
        assertThat(chosen.get(i)).isSameAs(free.get(i));
      }
    }
  }
}
