package org.stellwerk.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.slotpool.AllocatedSlot;
import org.stellwerk.runtime.jobmaster.slotpool.TestingSlots;
import org.stellwerk.runtime.jobmaster.slotpool.TestingTaskManagerGateway;

class EvenSpreadTest {

  /** Of any prefix, no TaskManager has two slots more than another that has some left. */
  @Property
  void everyPrefixIsSpreadEvenly(
      @ForAll @Size(min = 1, max = 30) List<@IntRange(min = 0, max = 4) Integer> owners) {
    List<AllocatedSlot> slots = new ArrayList<>();
    Map<ResourceID, Integer> left = new LinkedHashMap<>();
    for (int i = 0; i < owners.size(); i++) {
      AllocatedSlot slot = TestingSlots.slot(i, owners.get(i), new TestingTaskManagerGateway());
      slots.add(slot);
      left.merge(slot.getSlotId().resourceId(), 1, Integer::sum);
    }
    List<AllocatedSlot> ordered = EvenSpread.order(slots);
    assertThat(ordered).containsExactlyInAnyOrderElementsOf(slots);
    Map<ResourceID, Integer> taken = new LinkedHashMap<>();
    for (AllocatedSlot slot : ordered) {
      taken.merge(slot.getSlotId().resourceId(), 1, Integer::sum);
      left.merge(slot.getSlotId().resourceId(), -1, Integer::sum);
      int most = taken.values().stream().mapToInt(Integer::intValue).max().orElse(0);
      left.forEach(
          (id, remaining) -> {
            if (remaining > 0) {
              assertThat(most - taken.getOrDefault(id, 0)).isLessThanOrEqualTo(1);
            }
          });
    }
  }
}
