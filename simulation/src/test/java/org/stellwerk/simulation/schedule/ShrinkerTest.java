package org.stellwerk.simulation.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.stellwerk.simulation.schedule.Order.Cancel;
import org.stellwerk.simulation.schedule.ProcessFault.Crash;

class ShrinkerTest {

  private static final int MANY = 10_000;

  /** One with faults, several processes and settings. */
  private static Schedule large() {
    long seed = 0;
    Schedule schedule = ScheduleGenerator.generate(seed);
    while (schedule.steps().size() < 10
        || schedule.shape().names().size() < 6
        || schedule.knobs().size() < 4
        || !schedule.faultPoints()) {
      schedule = ScheduleGenerator.generate(++seed);
    }
    return schedule;
  }

  @Test
  void whatDoesNotMatterIsLeftOut() {
    Schedule shrunk = Shrinker.shrink(large(), candidate -> true, MANY);
    assertThat(shrunk.steps()).isEmpty();
    assertThat(shrunk.knobs()).isEmpty();
    assertThat(shrunk.faultPoints()).isFalse();
    assertThat(shrunk.shape()).isEqualTo(new ClusterShape(1, 1, 1));
    assertThat(shrunk.heal().core()).containsExactlyInAnyOrder("jm-1", "tm-1");
  }

  @Test
  void whatMattersStays() {
    Schedule large = large();
    List<Step> two = List.of(large.steps().get(2), large.steps().get(8));
    String knob = large.knobs().keySet().iterator().next();
    Predicate<Schedule> fails =
        candidate ->
            candidate.steps().containsAll(two)
                && candidate.knobs().containsKey(knob)
                && candidate.shape().slots() == large.shape().slots();
    Schedule shrunk = Shrinker.shrink(large, fails, MANY);
    assertThat(shrunk.steps()).isEqualTo(two);
    assertThat(shrunk.knobs()).containsOnlyKeys(knob);
    assertThat(shrunk.shape().slots()).isEqualTo(large.shape().slots());
  }

  @Test
  void stepsOfProcessesThatAreGoneGoToo() {
    Schedule schedule =
        large()
            .withSteps(
                List.of(
                    new Step(Duration.ofMillis(1), new Crash("tm-2", Duration.ofSeconds(1))),
                    new Step(Duration.ofMillis(2), new Cancel(1, Order.Via.LEADER))));
    Schedule shrunk =
        Shrinker.shrink(
            schedule,
            candidate ->
                candidate.steps().stream().anyMatch(step -> step.action() instanceof Cancel),
            MANY);
    assertThat(shrunk.steps()).hasSize(1);
    assertThat(shrunk.shape().names()).containsExactly("jm-1", "tm-1");
  }

  @Test
  void whatAStepWaitsForIsLeftOutUnlessItMatters() {
    Step crash =
        new Step(Duration.ofMillis(1), Moment.NEED, new Crash("tm-1", Duration.ofSeconds(1)));
    Step cancel = new Step(Duration.ofMillis(2), Moment.ELECTION, new Cancel(1, Order.Via.LEADER));
    Schedule shrunk =
        Shrinker.shrink(
            large().withSteps(List.of(crash, cancel)),
            candidate -> candidate.steps().size() == 2 && candidate.steps().contains(cancel),
            MANY);
    assertThat(shrunk.steps()).containsExactly(crash.withoutAim(), cancel);
  }

  @Test
  void aRaceMayNeedAnotherSeed() {
    Schedule large = large();
    Schedule shrunk =
        Shrinker.shrink(
            large, candidate -> candidate.equals(large) || candidate.seed() % 3 == 0, MANY);
    assertThat(shrunk.steps()).isEmpty();
    assertThat(shrunk.seed() % 3).isZero();
  }

  @Test
  void theNumberOfAttemptsIsLimited() {
    AtomicInteger attempts = new AtomicInteger();
    Schedule large = large();
    Schedule shrunk =
        Shrinker.shrink(
            large,
            candidate -> {
              attempts.incrementAndGet();
              return false;
            },
            7);
    assertThat(shrunk).isEqualTo(large);
    assertThat(attempts).hasValue(7);
  }
}
