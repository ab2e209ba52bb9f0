package org.stellwerk.client.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the command line can do. */
enum Verb {
  RUN("jar [arguments…]", "run the program in a jar, which submits jobs, and wait for them"),
  INFO("jar [arguments…]", "show the job that the program in a jar would submit"),
  LIST("", "list the jobs of the cluster"),
  CANCEL("JOB-ID", "cancel a job"),
  RESCALE(
      "JOB-ID VERTEX=N… (or VERTEX=MIN-MAX)",
      "change how many tasks the vertices of an adaptive job may have, by name or id"),
  TASKMANAGERS("", "list the TaskManagers of the cluster"),
  CORDON("TASKMANAGER-ID", "have a TaskManager give no more slots"),
  UNCORDON("TASKMANAGER-ID", "use a TaskManager again"),
  DRAIN("TASKMANAGER-ID", "have a TaskManager give no more slots and move its tasks away");

  private static final List<Option> EVERYWHERE = List.of(Option.VERBOSE, Option.HELP);

  private final String operands;
  private final String meaning;

  Verb(String operands, String meaning) {
    this.operands = operands;
    this.meaning = meaning;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether everything after the first operand belongs to the program. */
  boolean takesProgramArguments() {
    return this == RUN || this == INFO;
  }

  List<Option> options() {
    List<Option> own =
        switch (this) {
          case RUN ->
              List.of(
                  Option.DETACHED,
                  Option.PARALLELISM,
                  Option.CLASS,
                  Option.DEFINE,
                  Option.JOBMANAGER);
          case INFO -> List.of(Option.PARALLELISM, Option.CLASS, Option.DEFINE);
          case LIST ->
              List.of(
                  Option.RUNNING, Option.SCHEDULED, Option.ALL, Option.DEFINE, Option.JOBMANAGER);
          case CANCEL, RESCALE, TASKMANAGERS, CORDON, UNCORDON, DRAIN ->
              List.of(Option.DEFINE, Option.JOBMANAGER);
        };
    return Stream.concat(own.stream(), EVERYWHERE.stream()).toList();
  }

  static Optional<Verb> byWord(String word) {
    return Arrays.stream(values()).filter(verb -> verb.word().equals(word)).findFirst();
  }

  static List<String> words() {
    return Arrays.stream(values()).map(Verb::word).toList();
  }

  /** The verb's help. */
  String usage() {
    return "Usage: stellwerk "
        + word()
        + " [options] "
        + operands
        + System.lineSeparator()
        + "  "
        + meaning
        + System.lineSeparator()
        + options().stream()
            .map(Option::describe)
            .collect(Collectors.joining(System.lineSeparator()));
  }

  /** The help of all verbs. */
  static String usageOfAll() {
    String nl = System.lineSeparator();
    return "Usage: stellwerk <verb> [options] [arguments]"
        + nl
        + nl
        + Arrays.stream(values()).map(Verb::usage).collect(Collectors.joining(nl + nl))
        + nl
        + nl
        + "  --version                    show the version";
  }
}
