package org.stellwerk.client.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stellwerk.util.NearestName;

/**
 * What was typed after a verb: options, then operands. Immutable once parsed.
 *
 * @param given the options that were given, with the last value of each
 * @param defined the keys of all {@code -D}
 * @param operands what is not an option; for a verb that runs a program the jar and its arguments
 */
record CommandLine(
    Verb verb, Map<Option, String> given, Map<String, String> defined, List<String> operands) {

  /**
   * Reads the words after the verb.
   *
   * @throws CliException if an option is unknown, misplaced or without its value
   */
  static CommandLine parse(Verb verb, List<String> words) {
    Map<Option, String> given = new EnumMap<>(Option.class);
    Map<String, String> defined = new LinkedHashMap<>();
    List<String> operands = new ArrayList<>();
    int next = 0;
    while (next < words.size()) {
      String word = words.get(next++);
      if (!word.startsWith("-") || word.equals("-")) {
        operands.add(word);
        if (verb.takesProgramArguments()) {
          operands.addAll(words.subList(next, words.size()));
          break;
        }
        continue;
      }
      Split split = split(verb, word);
      String value = split.attached().orElse("");
      if (split.option().takesArgument() && split.attached().isEmpty()) {
        value = next == words.size() ? "" : words.get(next++);
      }
      if (split.option().takesArgument() && value.isBlank()) {
        String name = word.endsWith("=") ? word : word + " ";
        throw new CliException(
            "Option " + word + " needs a value: " + name + split.option().argument());
      }
      if (split.option() == Option.DEFINE) {
        define(value, defined);
      }
      given.put(split.option(), value);
    }
    return new CommandLine(verb, given, defined, operands);
  }

  private record Split(Option option, Optional<String> attached) {}

  /** Takes apart {@code -d}, {@code --detached}, {@code --class=X}, {@code -Dkey=value}. */
  private static Split split(Verb verb, String word) {
    Optional<Option> whole = Option.byName(word, verb.options());
    if (whole.isPresent()) {
      return new Split(whole.get(), Optional.empty());
    }
    int equals = word.indexOf('=');
    if (word.startsWith("--") && equals > 0) {
      Optional<Option> named = Option.byName(word.substring(0, equals), verb.options());
      if (named.isPresent() && named.get().takesArgument()) {
        return new Split(named.get(), Optional.of(word.substring(equals + 1)));
      }
    }
    if (!word.startsWith("--") && word.length() > 2) {
      Optional<Option> named = Option.byName(word.substring(0, 2), verb.options());
      if (named.isPresent() && named.get().takesArgument()) {
        return new Split(named.get(), Optional.of(word.substring(2)));
      }
    }
    throw unknown(verb, word);
  }

  private static CliException unknown(Verb verb, String word) {
    if (Option.any(word).isPresent()) {
      return new CliException(
          "Option "
              + word
              + " is not one of '"
              + verb.word()
              + "'; see stellwerk "
              + verb.word()
              + " --help");
    }
    return new CliException(
        "Unknown option '"
            + word
            + "' of '"
            + verb.word()
            + "'"
            + NearestName.hint(word, Option.namesOf(verb.options())));
  }

  private static void define(String text, Map<String, String> defined) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new CliException("-D " + text + " is not of the form -D key=value");
    }
    defined.put(text.substring(0, equals).strip(), text.substring(equals + 1).strip());
  }

  boolean has(Option option) {
    return given.containsKey(option);
  }

  Optional<String> value(Option option) {
    return Optional.ofNullable(given.get(option));
  }

  /** The default parallelism; 1 if none was given. */
  int parallelism() {
    String text = value(Option.PARALLELISM).orElse("1");
    int parallelism;
    try {
      parallelism = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new CliException("The parallelism must be a whole number, not '" + text + "'", e);
    }
    if (parallelism < 1) {
      throw new CliException("The parallelism must be at least 1, not " + parallelism);
    }
    return parallelism;
  }

  /** The single operand. */
  String onlyOperand(String what) {
    if (operands.isEmpty()) {
      throw new CliException(
          "'" + verb.word() + "' needs " + what + "; see stellwerk " + verb.word() + " --help");
    }
    if (operands.size() > 1) {
      throw new CliException(
          "'"
              + verb.word()
              + "' takes only "
              + what
              + ", but there is also '"
              + operands.get(1)
              + "'");
    }
    return operands.get(0);
  }

  /** The jar to run. */
  String jar() {
    if (operands.isEmpty()) {
      throw new CliException(
          "'" + verb.word() + "' needs a jar: stellwerk " + verb.word() + " [options] jar [args…]");
    }
    return operands.get(0);
  }

  /** What the program gets. */
  List<String> programArguments() {
    return operands.subList(1, operands.size());
  }
}
