package org.stellwerk.runtime.resourcemanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.resourcemanager.SlotAllocationStrategy.Capacity;

class EvenSpreadStrategyTest {

  private final EvenSpreadStrategy strategy = new EvenSpreadStrategy();

  private static InstanceID id(int number) {
    return new InstanceID(new UUID(0, number));
  }

  @Test
  void theOneWithFewestSlotsOfTheJobComesFirst() {
    List<Capacity> capacities = List.of(new Capacity(id(0), 8, 6, 2), new Capacity(id(1), 8, 1, 1));
    assertThat(strategy.plan(capacities, 3)).containsExactly(id(1), id(0), id(0));
  }

  @Test
  void amongEqualsTheLargestShareOfFreeSlotsThenTheFirstRegistered() {
    List<Capacity> capacities =
        List.of(
            new Capacity(id(0), 4, 2, 0),
            new Capacity(id(1), 4, 2, 0),
            new Capacity(id(2), 2, 2, 0));
    assertThat(strategy.plan(capacities, 3)).containsExactly(id(2), id(0), id(1));
  }

  @Test
  void whatIsNotThereIsNotPlanned() {
    assertThat(strategy.plan(List.of(new Capacity(id(0), 4, 1, 0)), 3)).containsExactly(id(0));
    assertThat(strategy.plan(List.of(), 3)).isEmpty();
  }

  @Property
  void equalTaskExecutorsDifferByOneAtMost(
      @ForAll @IntRange(min = 1, max = 12) int taskExecutors,
      @ForAll @IntRange(min = 1, max = 8) int slots,
      @ForAll @IntRange(max = 120) int missing) {
    List<Capacity> capacities = new ArrayList<>();
    for (int i = 0; i < taskExecutors; i++) {
      capacities.add(new Capacity(id(i), slots, slots, 0));
    }
    List<InstanceID> plan = strategy.plan(capacities, missing);
    List<Integer> perTaskExecutor =
        capacities.stream().map(c -> Collections.frequency(plan, c.registrationId())).toList();
    assertThat(plan).hasSize(Math.min(missing, taskExecutors * slots));
    assertThat(Collections.max(perTaskExecutor) - Collections.min(perTaskExecutor))
        .isLessThanOrEqualTo(1);
  }

  @Property
  void asMuchAsPossibleAndNoMoreThanIsUsable(
      @ForAll @Size(max = 8) List<@IntRange(min = 0, max = 6) Integer> usable,
      @ForAll @IntRange(max = 60) int missing) {
    List<Capacity> capacities = new ArrayList<>();
    for (int i = 0; i < usable.size(); i++) {
      capacities.add(new Capacity(id(i), 6, usable.get(i), 0));
    }
    List<InstanceID> plan = strategy.plan(capacities, missing);
    int sum = usable.stream().mapToInt(Integer::intValue).sum();
    assertThat(plan).hasSize(Math.min(missing, sum));
    for (Capacity capacity : capacities) {
      assertThat(Collections.frequency(plan, capacity.registrationId()))
          .isLessThanOrEqualTo(capacity.usable());
    }
  }

  /** Whatever others use: no TaskExecutor that has a slot left gets two fewer than another one. */
  @Property
  void aJobIsSpreadEvenlyAsFarAsThereAreSlots(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 0, max = 6) Integer> usable,
      @ForAll @IntRange(max = 40) int missing) {
    List<Capacity> capacities = new ArrayList<>();
    for (int i = 0; i < usable.size(); i++) {
      capacities.add(new Capacity(id(i), 6, usable.get(i), 0));
    }
    List<InstanceID> plan = strategy.plan(capacities, missing);
    for (Capacity one : capacities) {
      int given = Collections.frequency(plan, one.registrationId());
      for (InstanceID other : plan) {
        assertThat(given == one.usable() || given >= Collections.frequency(plan, other) - 1)
            .isTrue();
      }
    }
  }
}
