package org.stellwerk.simulation.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ScheduleGeneratorTest {

  private static final int SEEDS = 1_000;

  private static List<Schedule> schedules() {
    List<Schedule> schedules = new ArrayList<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      schedules.add(ScheduleGenerator.generate(seed));
    }
    return schedules;
  }

  @Test
  void aSeedHasOneSchedule() {
    assertThat(ScheduleGenerator.generate(17))
        .isEqualTo(ScheduleGenerator.generate(17))
        .isNotEqualTo(ScheduleGenerator.generate(18));
  }

  @Test
  void aFifthIsWithoutFaults() {
    long calm =
        schedules().stream()
            .filter(schedule -> !schedule.faultPoints())
            .filter(
                schedule ->
                    schedule.steps().stream().noneMatch(step -> step.action() instanceof Fault))
            .count();
    assertThat(calm).isBetween(SEEDS * 16L / 100, SEEDS * 24L / 100);
  }

  @Test
  void everyActionShapeAndKnobOccurs() {
    Set<String> actions = new TreeSet<>();
    Set<ClusterShape> shapes = new LinkedHashSet<>();
    Set<Map.Entry<String, String>> settings = new LinkedHashSet<>();
    for (Schedule schedule : schedules()) {
      shapes.add(schedule.shape());
      settings.addAll(schedule.knobs().entrySet());
      schedule.steps().forEach(step -> actions.add(RecordText.nameOf(step.action().getClass())));
    }
    assertThat(actions).isEqualTo(new TreeSet<>(Vocabulary.actions().keySet()));
    assertThat(shapes).hasSize(3 * 4 * 3);
    for (Knob knob : Knob.ALL) {
      assertThat(settings).containsAll(knob.tiny().entrySet());
      assertThat(settings).containsAll(knob.huge().entrySet());
    }
  }
}
