package org.stellwerk.simulation.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.stellwerk.simulation.schedule.Order.Submit;
import org.stellwerk.simulation.schedule.Order.SubmitStaged;

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
  void newJobsWaitForNothing() {
    assertThat(schedules())
        .flatExtracting(Schedule::steps)
        .filteredOn(
            step -> step.action() instanceof Submit || step.action() instanceof SubmitStaged)
        .isNotEmpty()
        .allMatch(step -> step.upon() == null);
  }

  @Test
  void everyActionMomentShapeAndKnobOccurs() {
    Set<String> actions = new TreeSet<>();
    Set<Moment> moments = new TreeSet<>();
    Set<ClusterShape> shapes = new LinkedHashSet<>();
    Set<Map.Entry<String, String>> settings = new LinkedHashSet<>();
    for (Schedule schedule : schedules()) {
      shapes.add(schedule.shape());
      settings.addAll(schedule.knobs().entrySet());
      for (Step step : schedule.steps()) {
        actions.add(RecordText.nameOf(step.action().getClass()));
        if (step.upon() != null) {
          moments.add(step.upon());
        }
      }
    }
    assertThat(actions).isEqualTo(new TreeSet<>(Vocabulary.actions().keySet()));
    assertThat(moments).containsExactly(Moment.values());
    assertThat(shapes).hasSize(3 * 4 * 3);
    for (Knob knob : Knob.ALL) {
      assertThat(settings).containsAll(knob.tiny().entrySet());
      assertThat(settings).containsAll(knob.huge().entrySet());
    }
  }
}
