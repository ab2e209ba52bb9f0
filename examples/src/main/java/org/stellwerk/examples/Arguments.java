package org.stellwerk.examples;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.client.ProgramException;

/**
 * A program's arguments, given as {@code --name value}; all of them are required, but for the
 * flags, which have no value and stand in brackets in the usage. Mistakes are told in one line that
 * ends with the usage.
 */
final class Arguments {

  private final String usage;
  private final Map<String, String> values;

  private Arguments(String usage, Map<String, String> values) {
    this.usage = usage;
    this.values = values;
  }

  /**
   * Reads the arguments.
   *
   * @param usage such as {@code WordCount --input FILE --output DIR}; it names what is expected
   * @throws ProgramException if one is unknown, missing, given twice or without a value
   */
  static Arguments parse(String usage, String... words) {
    List<String> names =
        List.of(usage.split(" ")).stream().filter(word -> word.startsWith("--")).toList();
    List<String> flags =
        List.of(usage.split(" ")).stream()
            .filter(word -> word.startsWith("[--"))
            .map(word -> word.substring(1, word.length() - 1))
            .toList();
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < words.length; i += 2) {
      String name = words[i];
      if (flags.contains(name)) {
        values.put(name, "");
        i--;
        continue;
      }
      if (!names.contains(name)) {
        throw new ProgramException("Unknown argument '" + name + "'; usage: " + usage);
      }
      if (i + 1 == words.length || words[i + 1].startsWith("--")) {
        throw new ProgramException("Argument " + name + " has no value; usage: " + usage);
      }
      if (values.put(name, words[i + 1]) != null) {
        throw new ProgramException("Argument " + name + " is given twice; usage: " + usage);
      }
    }
    for (String name : names) {
      if (!values.containsKey(name)) {
        throw new ProgramException("Argument " + name + " is missing; usage: " + usage);
      }
    }
    return new Arguments(usage, values);
  }

  /** Whether the flag was given. */
  boolean isSet(String flag) {
    return values.containsKey(flag);
  }

  /** A whole number of at least the minimum. */
  int number(String name, int minimum) {
    String text = text(name);
    try {
      int number = Integer.parseInt(text);
      if (number >= minimum) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new ProgramException(
          "Argument " + name + " must be a whole number, not '" + text + "'; usage: " + usage, e);
    }
    throw new ProgramException(
        "Argument "
            + name
            + " must be at least "
            + minimum
            + ", not "
            + text
            + "; usage: "
            + usage);
  }

  /** A file that can be read, as an absolute path. */
  Path inputFile(String name) {
    Path file = Path.of(text(name)).toAbsolutePath().normalize();
    if (!Files.exists(file)) {
      throw new ProgramException("The input file " + file + " does not exist");
    }
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new ProgramException("The input " + file + " is not a file that can be read");
    }
    return file;
  }

  /** A directory that does not exist yet or is empty, as an absolute path. */
  Path newDirectory(String name) {
    Path directory = Path.of(text(name)).toAbsolutePath().normalize();
    if (!Files.exists(directory)) {
      requireCreatable(directory);
      return directory;
    }
    if (!Files.isDirectory(directory)) {
      throw new ProgramException("The output " + directory + " exists and is not a directory");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      if (entries.iterator().hasNext()) {
        throw new ProgramException(
            "The output directory " + directory + " is not empty; remove it or name another");
      }
    } catch (IOException e) {
      throw new ProgramException("The output directory " + directory + " cannot be read", e);
    }
    return directory;
  }

  private static void requireCreatable(Path directory) {
    Path above = directory.getParent();
    while (above != null && !Files.exists(above)) {
      above = above.getParent();
    }
    if (above == null || !Files.isDirectory(above)) {
      throw new ProgramException(
          "The output directory " + directory + " cannot be made: " + above + " is no directory");
    }
    if (!Files.isWritable(above)) {
      throw new ProgramException(
          "The output directory " + directory + " cannot be made: " + above + " is not writable");
    }
  }

  private String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + " is not in the usage '" + usage + "'");
    }
    return value;
  }
}
