package org.stellwerk.configuration;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An immutable map of keys to text, read through {@link ConfigOption}s. Values are checked when
 * they are read, and all at once by {@link KnownOptions#validate}.
 */
public final class Configuration {

  /** What a key contains if its value must not be shown. */
  private static final List<String> SECRETS =
      List.of("password", "secret", "token", "apikey", "api-key", "authorization");

  private static final Configuration EMPTY = new Configuration(Collections.emptyMap());

  private final Map<String, String> values;

  private Configuration(Map<String, String> values) {
    this.values = Collections.unmodifiableMap(new TreeMap<>(values));
  }

  /** A configuration in which every option has its default. */
  public static Configuration empty() {
    return EMPTY;
  }

  /** A configuration with the given keys; the map is copied. */
  public static Configuration fromMap(Map<String, String> values) {
    return new Configuration(values);
  }

  /** This configuration with one more key, or with another value for it. */
  public Configuration with(String key, String value) {
    return withAll(Collections.singletonMap(key, value));
  }

  /** This configuration with one option set. */
  public <T> Configuration with(ConfigOption<T> option, T value) {
    return with(option.key(), String.valueOf(value));
  }

  /** This configuration overlaid by another map. */
  public Configuration withAll(Map<String, String> overlay) {
    Map<String, String> merged = new LinkedHashMap<>(values);
    merged.putAll(overlay);
    return new Configuration(merged);
  }

  /** Whether the key was set. */
  public boolean contains(ConfigOption<?> option) {
    return values.containsKey(option.key());
  }

  /**
   * The value of an option that has a default or must be set.
   *
   * @throws IllegalConfigurationException if the text is not of the option's type, or if the option
   *     has no default and is not set
   */
  public <T> T get(ConfigOption<T> option) {
    return getOptional(option)
        .or(option::defaultIfAny)
        .orElseThrow(
            () ->
                new IllegalConfigurationException(
                    "Configuration key '"
                        + option.key()
                        + "' is not set and has no default: "
                        + option.description()));
  }

  /** The value that was set, if any; the default does not count. */
  public <T> Optional<T> getOptional(ConfigOption<T> option) {
    String text = values.get(option.key());
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(option.type().parse(text));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IllegalConfigurationException(
          "Configuration key '"
              + option.key()
              + "' has the value '"
              + text
              + "'; expected "
              + option.type().expected()
              + ".",
          e);
    }
  }

  /** All keys that were set, sorted. */
  public Map<String, String> toMap() {
    return values;
  }

  /** For logs: as {@link #shown}. */
  @Override
  public String toString() {
    return shown().toString();
  }

  /** All keys that were set, sorted, for people: without the values of those that hold a secret. */
  public Map<String, String> shown() {
    Map<String, String> shown = new TreeMap<>(values);
    shown.replaceAll((key, value) -> isSecret(key) ? "******" : value);
    return shown;
  }

  private static boolean isSecret(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    return SECRETS.stream().anyMatch(lower::contains);
  }
}
