package org.stellwerk.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.options.RuntimeOptions;

/**
 * Reads {@code config.yaml}, flat or nested, lays the command line's {@code -D key=value} over it
 * and checks every key and value.
 */
final class ConfigurationLoader {

  /** The configuration's file in its directory. */
  static final String FILE_NAME = "config.yaml";

  private ConfigurationLoader() {}

  /**
   * The effective configuration of a process.
   *
   * @param dynamic what -D said, by key
   * @throws IllegalConfigurationException with one line that names the file, the key or the value
   */
  static Configuration load(Path directory, Map<String, String> dynamic) {
    Path file = directory.resolve(FILE_NAME);
    Configuration configuration;
    try {
      configuration = Configuration.fromMap(parse(Files.readString(file)));
      RuntimeOptions.known().validate(configuration);
    } catch (IOException e) {
      throw new IllegalConfigurationException(
          "Cannot read the configuration " + file + ": " + e.getMessage(), e);
    } catch (IllegalConfigurationException e) {
      throw new IllegalConfigurationException(e.getMessage() + " (in " + file + ")", e);
    } catch (MarkedYamlEngineException e) {
      String place =
          e.getProblemMark()
              .map(
                  mark -> " at line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
              .orElse("");
      throw new IllegalConfigurationException(
          "The configuration " + file + " is not YAML" + place + ": " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new IllegalConfigurationException(
          "The configuration " + file + " is not YAML: " + e.getMessage(), e);
    }
    Configuration effective = configuration.withAll(dynamic);
    RuntimeOptions.known().validate(effective);
    checkTogether(effective);
    return effective;
  }

  /** Values that are fine each, but not together, would be found only when somebody leads. */
  private static void checkTogether(Configuration configuration) {
    try {
      RuntimeOptions.heartbeat(configuration);
    } catch (IllegalArgumentException e) {
      throw new IllegalConfigurationException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The keys of a YAML text, nested ones joined by dots. */
  static Map<String, String> parse(String yaml) {
    Object root = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    Map<String, String> flat = new LinkedHashMap<>();
    if (root != null) {
      if (!(root instanceof Map<?, ?>)) {
        throw new IllegalConfigurationException("The configuration is not a map of keys to values");
      }
      flatten("", root, flat);
    }
    return flat;
  }

  private static void flatten(String prefix, Object value, Map<String, String> flat) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, nested) -> {
            String path = prefix.isEmpty() ? String.valueOf(key) : prefix + "." + key;
            if (nested != null) {
              flatten(path, nested, flat);
            }
          });
    } else if (value instanceof List<?> list) {
      flat.put(prefix, list.stream().map(String::valueOf).collect(Collectors.joining(";")));
    } else {
      flat.put(prefix, String.valueOf(value));
    }
  }
}
