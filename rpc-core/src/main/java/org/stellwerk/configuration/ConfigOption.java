package org.stellwerk.configuration;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key with its type, default and meaning. Keys are Flink's where the meaning is Flink's.
 *
 * @param key the key in {@code config.yaml}
 * @param type the value's type
 * @param defaultValue what holds when the key is absent; null for none
 * @param description one sentence for people, with the unit
 */
public record ConfigOption<T>(
    String key, Type<T> type, @Nullable T defaultValue, String description) {

  /** A value's type: how it is read from text. */
  public interface Type<T> {
    /** What is expected, for error messages. */
    String expected();

    /**
     * Reads the value.
     *
     * @throws IllegalArgumentException if the text is not of the type
     */
    T parse(String text);
  }

  /** An option of text. */
  public static ConfigOption<String> string(
      String key, @Nullable String defaultValue, String description) {
    return new ConfigOption<>(key, ConfigTypes.STRING, defaultValue, description);
  }

  /** An option of a whole number. */
  public static ConfigOption<Integer> integer(
      String key, @Nullable Integer defaultValue, String description) {
    return new ConfigOption<>(key, ConfigTypes.INTEGER, defaultValue, description);
  }

  /** An option of a number with a fraction. */
  public static ConfigOption<Double> number(
      String key, @Nullable Double defaultValue, String description) {
    return new ConfigOption<>(key, ConfigTypes.DOUBLE, defaultValue, description);
  }

  /** An option of true or false. */
  public static ConfigOption<Boolean> bool(
      String key, @Nullable Boolean defaultValue, String description) {
    return new ConfigOption<>(key, ConfigTypes.BOOLEAN, defaultValue, description);
  }

  /** An option of a duration: "10 s", "500 ms", "PT10S", or a bare number of milliseconds. */
  public static ConfigOption<Duration> duration(
      String key, @Nullable Duration defaultValue, String description) {
    return new ConfigOption<>(key, ConfigTypes.DURATION, defaultValue, description);
  }

  /** An option of a size in bytes: "64 mb", "10485760b". */
  public static ConfigOption<Long> memorySize(
      String key, @Nullable Long defaultValue, String description) {
    return new ConfigOption<>(key, ConfigTypes.MEMORY_SIZE, defaultValue, description);
  }

  /** An option of one of an enum's constants, in any case. */
  public static <E extends Enum<E>> ConfigOption<E> oneOf(
      String key, Class<E> type, @Nullable E defaultValue, String description) {
    return new ConfigOption<>(key, ConfigTypes.oneOf(type), defaultValue, description);
  }

  /** The default, if there is one. */
  public Optional<T> defaultIfAny() {
    return Optional.ofNullable(defaultValue);
  }
}
