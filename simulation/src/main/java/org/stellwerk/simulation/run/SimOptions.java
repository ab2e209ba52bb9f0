package org.stellwerk.simulation.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stellwerk.util.NearestName;

/** What {@code stellwerk-sim} was asked to do. */
final class SimOptions {

  private static final int DEFAULT_SEEDS = 1_000;
  private static final int MAX_THREADS = 1_000;

  /** The options; each but help takes a value. */
  enum Option {
    SEEDS("--seeds", "N", "how many seeds to run; 1000 by default, 1 with --seed"),
    SEED("--seed", "S", "the first seed; 1 by default"),
    MINUTES("--minutes", "M", "begin seeds for so long instead of so many"),
    SCHEDULE("--schedule", "FILE", "run this schedule once instead of seeds"),
    REPLAY("--replay", "FILE", "the same as --schedule"),
    PRINT("--print", "S", "print the schedule of a seed and run nothing"),
    TRACE("--trace", "FILE", "write every event of the one run to FILE, a line each"),
    PAGE("--page", "FILE", "write a page that draws the one run to FILE"),
    SAVE(
        "--save", "DIR", "where schedules of failures are saved; the current directory by default"),
    THREADS("--threads", "T", "how many runs at a time; one per core by default"),
    HELP("--help", "", "show this help");

    private final String name;
    private final String value;
    private final String meaning;

    Option(String name, String value, String meaning) {
      this.name = name;
      this.value = value;
      this.meaning = meaning;
    }

    private static Optional<Option> byName(String name) {
      for (Option option : values()) {
        if (option.name.equals(name) || (option == HELP && name.equals("-h"))) {
          return Optional.of(option);
        }
      }
      return Optional.empty();
    }

    /** A line of the help. */
    String describe() {
      return "  %-18s %s".formatted(name + " " + value, meaning);
    }
  }

  private final Map<Option, String> given;

  private SimOptions(Map<Option, String> given) {
    this.given = given;
  }

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException with one line for the person who typed it
   */
  static SimOptions parse(String[] words) {
    Map<Option, String> given = new EnumMap<>(Option.class);
    for (int i = 0; i < words.length; i++) {
      String word = words[i];
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      Option option = Option.byName(name).orElseThrow(() -> unknown(name));
      String value = "";
      if (!option.value.isEmpty()) {
        if (equals < 0 && ++i == words.length) {
          throw new IllegalArgumentException(
              "Option " + name + " needs a value: " + name + " " + option.value);
        }
        value = equals < 0 ? words[i] : word.substring(equals + 1);
      }
      given.put(option, value);
    }
    SimOptions options = new SimOptions(given);
    options.check();
    return options;
  }

  private static IllegalArgumentException unknown(String name) {
    List<String> names = new ArrayList<>();
    for (Option option : Option.values()) {
      names.add(option.name);
    }
    return new IllegalArgumentException(
        "Unknown option '" + name + "'" + NearestName.hint(name, names));
  }

  private void check() {
    seeds();
    firstSeed();
    printedSeed();
    minutes();
    threads();
    if (has(Option.SCHEDULE) && has(Option.REPLAY)) {
      throw new IllegalArgumentException("--schedule and --replay mean the same: give one of them");
    }
    for (Option option : List.of(Option.TRACE, Option.PAGE)) {
      if (has(option) && schedule().isEmpty() && !isOneRun()) {
        throw new IllegalArgumentException(
            option.name
                + " is of one run: give --seed S or --schedule FILE, and not --seeds or --minutes");
      }
    }
  }

  boolean has(Option option) {
    return given.containsKey(option);
  }

  private Optional<String> value(Option option) {
    return Optional.ofNullable(given.get(option));
  }

  private Optional<Long> number(Option option, long min) {
    return value(option).map(text -> parse(option, text, min));
  }

  private static long parse(Option option, String text, long min) {
    String atLeast = min == Long.MIN_VALUE ? "" : " from " + min + " on";
    String expected = option.name + " takes a whole number" + atLeast + ", not '" + text + "'";
    long number;
    try {
      number = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(expected, e);
    }
    if (number < min) {
      throw new IllegalArgumentException(expected);
    }
    return number;
  }

  int seeds() {
    int usual = has(Option.SEED) ? 1 : DEFAULT_SEEDS;
    return (int) Math.min(Integer.MAX_VALUE, number(Option.SEEDS, 1).orElse((long) usual));
  }

  /** Whether a single seed is to be run. */
  boolean isOneRun() {
    return seeds() == 1 && minutes().isEmpty();
  }

  long firstSeed() {
    return number(Option.SEED, Long.MIN_VALUE).orElse(1L);
  }

  Optional<Long> printedSeed() {
    return number(Option.PRINT, Long.MIN_VALUE);
  }

  Optional<Duration> minutes() {
    return number(Option.MINUTES, 1).map(Duration::ofMinutes);
  }

  int threads() {
    int cores = Runtime.getRuntime().availableProcessors();
    return (int) Math.min(MAX_THREADS, number(Option.THREADS, 1).orElse((long) cores));
  }

  Optional<Path> schedule() {
    return value(Option.SCHEDULE).or(() -> value(Option.REPLAY)).map(Path::of);
  }

  Optional<Path> trace() {
    return value(Option.TRACE).map(Path::of);
  }

  Optional<Path> page() {
    return value(Option.PAGE).map(Path::of);
  }

  Path saveDirectory() {
    return Path.of(value(Option.SAVE).orElse(""));
  }
}
