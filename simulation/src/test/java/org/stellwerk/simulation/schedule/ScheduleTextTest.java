package org.stellwerk.simulation.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stellwerk.simulation.SimTaskPlan.End;
import org.stellwerk.simulation.SimTaskPlan.Reaction;
import org.stellwerk.simulation.schedule.NetworkFault.Partition;
import org.stellwerk.simulation.schedule.Order.Cancel;
import org.stellwerk.simulation.schedule.Order.Sharing;
import org.stellwerk.simulation.schedule.Order.Submit;
import org.stellwerk.simulation.schedule.Order.Via;
import org.stellwerk.simulation.schedule.ProcessFault.Freeze;

class ScheduleTextTest {

  private static final ClusterShape SHAPE = new ClusterShape(2, 2, 3);
  private static final Duration HEAL = Duration.ofHours(2);

  private static final String TEXT =
      """
      # A comment, and an empty line

      seed -7
      cluster-shape job-managers=2 task-managers=1 slots=4
      knob heartbeat.timeout=3 s
      fault-points
      at 1.25s freeze node=tm-1 lasting=20s
      at 0s partition one=jm-1 other=jm-2,tm-1 lasting=40ms
      at 3s cancel job=2 via=known
      heal at=30s core=jm-2,tm-1
      """;

  @Test
  void isReadAsItIsWritten() {
    Schedule schedule = Schedule.parse(TEXT);
    assertThat(schedule)
        .isEqualTo(
            new Schedule(
                -7,
                new ClusterShape(2, 1, 4),
                Map.of("heartbeat.timeout", "3 s"),
                true,
                List.of(
                    new Step(
                        Duration.ZERO,
                        new Partition(
                            List.of("jm-1"), List.of("jm-2", "tm-1"), Duration.ofMillis(40))),
                    new Step(Duration.ofMillis(1_250), new Freeze("tm-1", Duration.ofSeconds(20))),
                    new Step(Duration.ofSeconds(3), new Cancel(2, Via.KNOWN))),
                new Heal(Duration.ofSeconds(30), List.of("jm-2", "tm-1"))));
    assertThat(schedule.toText().lines())
        .contains("at 0s partition one=jm-1 other=jm-2,tm-1 lasting=0.04s");
  }

  @Property(tries = 300)
  void whatIsGeneratedIsReadBack(@ForAll long seed) {
    Schedule schedule = ScheduleGenerator.generate(seed);
    assertThat(Schedule.parse(schedule.toText())).isEqualTo(schedule);
  }

  @Property(tries = 300)
  void everyActionIsReadBack(@ForAll("actions") List<Action> actions) {
    List<Step> steps = new ArrayList<>();
    for (Action action : actions) {
      steps.add(new Step(Duration.ofMillis(steps.size()), action));
    }
    Schedule schedule =
        new Schedule(0, SHAPE, Map.of(), false, steps, new Heal(HEAL, List.of("jm-1", "tm-1")));
    assertThat(Schedule.parse(schedule.toText())).isEqualTo(schedule);
  }

  @Provide
  Arbitrary<List<Action>> actions() {
    return Arbitraries.of(Vocabulary.actions().values())
        .flatMap(ScheduleTextTest::instancesOf)
        .list()
        .ofMaxSize(10);
  }

  private static Arbitrary<Action> instancesOf(Class<? extends Action> type) {
    if (type == Partition.class) {
      return Arbitraries.just(new Partition(List.of("jm-1"), List.of("tm-1", "tm-2"), HEAL));
    }
    List<Arbitrary<String>> words =
        RecordText.components(type).stream().map(ScheduleTextTest::wordsFor).toList();
    return Combinators.combine(words).as(chosen -> RecordText.parse(type, chosen));
  }

  private static Arbitrary<String> wordsFor(RecordComponent component) {
    return valuesOf(component.getType())
        .map(value -> RecordText.dashed(component.getName()) + "=" + ValueText.format(value));
  }

  private static Arbitrary<?> valuesOf(Class<?> type) {
    if (type == Duration.class) {
      return Arbitraries.integers().between(0, 7_200_000).map(Duration::ofMillis);
    }
    if (type == String.class) {
      return Arbitraries.of(SHAPE.names());
    }
    if (type == double.class) {
      return Arbitraries.doubles().between(0, 1);
    }
    if (type == List.class) {
      return Arbitraries.of(SHAPE.names()).list().uniqueElements().ofMinSize(1);
    }
    return type.isEnum()
        ? Arbitraries.of(type.getEnumConstants())
        : Arbitraries.integers().between(0, JobSettings.MAX_JARS);
  }

  @Test
  void whatIsAsUsualNeedNotBeSaid() {
    String submit = "submit job=1 vertices=2 parallelism=3 end=fails run=2s ignores-cancel=0s";
    String text = TEXT.replace("at 3s cancel job=2 via=known", "at 3s " + submit + " via=leader");
    Schedule schedule = Schedule.parse(text);
    assertThat(schedule.steps().get(2).action())
        .isEqualTo(
            new Submit(
                1,
                new JobShape(2, 3, Sharing.ONE_GROUP),
                new JobTasks(
                    End.FAILS, Duration.ofSeconds(2), Duration.ZERO, Reaction.STOPS, Duration.ZERO),
                JobSettings.USUAL,
                Via.LEADER));
    assertThat(schedule.toText()).contains("at 3s " + submit + " via=leader\n");
    Schedule slow = Schedule.parse(text.replace(" via=leader", " set-up=4s via=leader"));
    assertThat(slow.toText()).contains(submit + " set-up=4s via=leader\n");
    assertThat(Vocabulary.usages())
        .anyMatch(usage -> usage.contains("ignores-cancel=… [when-cancelled=stops] [set-up=0s]"));
  }

  @Test
  void aStepCanWaitForAMoment() {
    String aimed = "at 3s upon slot-request cancel job=2 via=known";
    Schedule schedule = Schedule.parse(TEXT.replace("at 3s cancel job=2 via=known", aimed));
    assertThat(schedule.steps())
        .last()
        .isEqualTo(new Step(Duration.ofSeconds(3), Moment.SLOT_REQUEST, new Cancel(2, Via.KNOWN)));
    assertThat(schedule.toText().lines()).contains(aimed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seed -7|seed x|line 3: 'x' is not a whole number",
        "seed -7|seed 1 2|line 3: expected seed NUMBER",
        "fault-points|faultpoints|line 6: a line begins with seed, cluster-shape, knob,"
            + " fault-points",
        "freeze|freez|line 7: there is no action 'freez'; did you mean 'freeze'?",
        "lasting=20s|lasting=20|line 7: lasting=20: '20' is not a duration in whole milliseconds",
        "lasting=20s|lasting=0.0001s|line 7: lasting=0.0001s: '0.0001s' is not a duration",
        "lasting=20s||line 7: 'lasting' is missing; expected freeze node=… lasting=…",
        "lasting=20s|lasting=20s for=1s|line 7: 'freeze' has no 'for'; expected freeze node=…",
        "lasting=20s|20s|line 7: '20s' is not of the form key=value",
        "lasting=20s|lasting=1s lasting=2s|line 7: 'lasting' is there twice",
        "via=known|via=none|line 9: via=none: 'none' is not leader or known",
        "freeze node=tm-1|freeze node=tm-2|line 7: 'tm-2' is no process of the cluster",
        "other=jm-2|other=jm-1|line 8: partition: one=[jm-1] and other=[jm-1, tm-1] overlap",
        "at 3s|at 30s|line 9: a step is before the heal at 30s, not at 30s",
        "core=jm-2|core=jm-3|line 10: 'jm-3' is no process of the cluster",
        "core=jm-2,tm-1|core=jm-2|line 10: heal: the core has at least one JobManager",
        "slots=4|slots=0|line 4: cluster-shape: a cluster has at least 1 JobManager",
        "heartbeat.timeout=|heartbeat.timeot=|line 5: Unknown configuration key",
        "heartbeat.timeout=3 s|heartbeat.timeout|line 5: expected knob KEY=VALUE",
        "=3 s|=soon|line 5: Configuration key 'heartbeat.timeout' has the value 'soon'",
        "at 3s cancel|at 3s upon lunch cancel|line 9: 'lunch' is not need or slot-request or",
        "at 3s cancel job=2 via=known|at 3s upon need|line 9: expected at TIME ACTION … or at TIME upon",
        "seed -7||expected a line 'seed …', but there is none",
      })
  void aMistakeIsNamedWithItsLine(String right, String wrong, String message) {
    String text = TEXT.replace(right, wrong == null ? "" : wrong);
    assertThatThrownBy(() -> Schedule.parse(text))
        .isInstanceOf(ScheduleFormatException.class)
        .hasMessageContaining(message);
  }
}
