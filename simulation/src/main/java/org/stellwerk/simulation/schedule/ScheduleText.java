package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.options.RuntimeOptions;

/**
 * The text form of schedules: one line per setting and step.
 *
 * <pre>
 * seed 42
 * cluster-shape job-managers=2 task-managers=2 slots=2
 * knob heartbeat.timeout=3 s
 * fault-points
 * at 1.25s freeze node=tm-1 lasting=20s
 * at 2s upon deployment crash node=tm-2 lasting=1s
 * heal at=30s core=jm-1,tm-1,tm-2
 * </pre>
 *
 * <p>Empty lines and what follows a {@code #} at the beginning of a line do not count. Lines may
 * stand in any order; all names are checked at the end.
 */
final class ScheduleText {

  private static final String SEED = "seed";
  private static final String CLUSTER = "cluster-shape";
  private static final String KNOB = "knob";
  private static final String FAULT_POINTS = "fault-points";
  private static final String AT = "at";
  private static final String UPON = "upon";
  private static final String HEAL = "heal";
  private static final List<String> WORDS = List.of(SEED, CLUSTER, KNOB, FAULT_POINTS, AT, HEAL);

  private final String text;
  private final Map<String, String> knobs = new LinkedHashMap<>();
  private final List<LocatedStep> steps = new ArrayList<>();
  private @Nullable Long seed;
  private @Nullable ClusterShape shape;
  private @Nullable Heal heal;
  private int healLine;
  private boolean faultPoints;
  private int line;

  private record LocatedStep(Step step, int line) {}

  ScheduleText(String text) {
    this.text = text;
  }

  static String format(Schedule schedule) {
    List<String> lines = new ArrayList<>();
    lines.add(SEED + " " + schedule.seed());
    lines.add(RecordText.format(schedule.shape()));
    schedule.knobs().forEach((key, value) -> lines.add(KNOB + " " + key + "=" + value));
    if (schedule.faultPoints()) {
      lines.add(FAULT_POINTS);
    }
    for (Step step : schedule.steps()) {
      lines.add(AT + " " + moment(step) + " " + RecordText.format((Record) step.action()));
    }
    lines.add(RecordText.format(schedule.heal()));
    return String.join("\n", lines) + "\n";
  }

  private static String moment(Step step) {
    String at = ValueText.format(step.at());
    return step.upon() == null ? at : at + " " + UPON + " " + ValueText.format(step.upon());
  }

  Schedule parse() {
    for (String raw : text.lines().toList()) {
      line++;
      String content = raw.strip();
      if (!content.isEmpty() && !content.startsWith("#")) {
        inLine(() -> parseLine(content));
      }
    }
    ClusterShape cluster = required(CLUSTER, shape);
    Heal end = required(HEAL, heal);
    line = healLine;
    inLine(() -> cluster.checkNames(end.core()));
    for (LocatedStep each : steps) {
      line = each.line();
      inLine(() -> cluster.checkNames(each.step().action().nodes()));
      inLine(() -> end.checkBefore(each.step()));
    }
    return new Schedule(
        required(SEED, seed),
        cluster,
        knobs,
        faultPoints,
        steps.stream().map(LocatedStep::step).toList(),
        end);
  }

  private static <T> T required(String word, @Nullable T value) {
    if (value == null) {
      throw new ScheduleFormatException(0, "expected a line '" + word + " …', but there is none");
    }
    return value;
  }

  private void inLine(Runnable parsing) {
    try {
      parsing.run();
    } catch (IllegalConfigurationException | IllegalArgumentException e) {
      throw new ScheduleFormatException(line, String.valueOf(e.getMessage()));
    }
  }

  private void parseLine(String content) {
    List<String> words = Arrays.asList(content.split("\\s+"));
    List<String> rest = words.subList(1, words.size());
    switch (words.get(0)) {
      case SEED -> seed = (Long) ValueText.parse(long.class, only(rest, "seed NUMBER"));
      case CLUSTER -> shape = RecordText.parse(ClusterShape.class, rest);
      case KNOB -> parseKnob(content.substring(KNOB.length()).strip());
      case FAULT_POINTS -> faultPoints = true;
      case AT -> parseStep(rest);
      case HEAL -> {
        heal = RecordText.parse(Heal.class, rest);
        healLine = line;
      }
      default ->
          throw new IllegalArgumentException(
              "a line begins with "
                  + String.join(", ", WORDS)
                  + ", not with '"
                  + words.get(0)
                  + "'");
    }
  }

  private static String only(List<String> words, String usage) {
    if (words.size() != 1) {
      throw new IllegalArgumentException("expected " + usage);
    }
    return words.get(0);
  }

  private void parseKnob(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals <= 0) {
      throw new IllegalArgumentException("expected knob KEY=VALUE, not '" + assignment + "'");
    }
    String key = assignment.substring(0, equals).strip();
    String value = assignment.substring(equals + 1).strip();
    RuntimeOptions.known().validate(Configuration.empty().with(key, value));
    knobs.put(key, value);
  }

  private void parseStep(List<String> words) {
    boolean isAimed = words.size() > 1 && words.get(1).equals(UPON);
    int name = isAimed ? 3 : 1;
    if (words.size() <= name) {
      throw new IllegalArgumentException(
          "expected at TIME ACTION … or at TIME upon MOMENT ACTION …");
    }
    Duration at = (Duration) ValueText.parse(Duration.class, words.get(0));
    Moment upon = isAimed ? (Moment) ValueText.parse(Moment.class, words.get(2)) : null;
    Action action =
        RecordText.parse(
            Vocabulary.actionNamed(words.get(name)), words.subList(name + 1, words.size()));
    steps.add(new LocatedStep(new Step(at, upon, action), line));
  }
}
