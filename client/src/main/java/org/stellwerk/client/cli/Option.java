package org.stellwerk.client.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The options of all verbs. */
enum Option {
  DETACHED("-d", "--detached", "", "submit, print 'Job ID: <id>' and return without waiting"),
  PARALLELISM("-p", "--parallelism", "N", "parallelism of vertices that set none; 1 by default"),
  CLASS("-c", "--class", "CLASS", "main class; by default the manifest's Main-Class"),
  DEFINE("-D", "", "key=value", "configuration key, for the client and the job; repeatable"),
  JOBMANAGER("-m", "--jobmanager", "host:port", "the cluster's REST address"),
  RUNNING("-r", "--running", "", "running and restarting jobs only"),
  SCHEDULED("-s", "--scheduled", "", "jobs that wait to run only"),
  ALL("-a", "--all", "", "ended jobs too"),
  VERBOSE("-v", "--verbose", "", "show stack traces"),
  HELP("-h", "--help", "", "show this help");

  private final String shortName;
  private final String longName;
  private final String argument;
  private final String meaning;

  Option(String shortName, String longName, String argument, String meaning) {
    this.shortName = shortName;
    this.longName = longName;
    this.argument = argument;
    this.meaning = meaning;
  }

  boolean takesArgument() {
    return !argument.isEmpty();
  }

  String shortName() {
    return shortName;
  }

  /** What is expected after the option. */
  String argument() {
    return argument;
  }

  List<String> names() {
    return longName.isEmpty() ? List.of(shortName) : List.of(shortName, longName);
  }

  static Optional<Option> byName(String name, List<Option> candidates) {
    return candidates.stream().filter(option -> option.names().contains(name)).findFirst();
  }

  static List<String> namesOf(List<Option> options) {
    return options.stream().flatMap(option -> option.names().stream()).toList();
  }

  static Optional<Option> any(String name) {
    return byName(name, Arrays.asList(values()));
  }

  /** A line of the help. */
  String describe() {
    String names = String.join(", ", names()) + (argument.isEmpty() ? "" : " " + argument);
    return String.format("  %-28s %s", names, meaning);
  }
}
