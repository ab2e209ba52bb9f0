package org.stellwerk.simulation.schedule;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The text of one value in a schedule, by its type: numbers, names, lists of names, durations,
 * constants. No value contains a blank.
 */
final class ValueText {

  private static final String SEPARATOR = ",";
  private static final int MILLIS_DIGITS = 3;

  private ValueText() {}

  static String format(Object value) {
    if (value instanceof Duration duration) {
      return format(duration);
    }
    if (value instanceof List<?> names) {
      return names.stream().map(String::valueOf).collect(Collectors.joining(SEPARATOR));
    }
    if (value instanceof Enum<?> constant) {
      return word(constant);
    }
    return String.valueOf(value);
  }

  /** In seconds with as many digits as needed, which are three at most. */
  static String format(Duration duration) {
    if (!duration.equals(Duration.ofMillis(duration.toMillis()))) {
      throw new IllegalArgumentException(duration + " is not " + expected(Duration.class));
    }
    return BigDecimal.valueOf(duration.toMillis(), MILLIS_DIGITS)
            .stripTrailingZeros()
            .toPlainString()
        + "s";
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException whose message says what was expected
   */
  static Object parse(Class<?> type, String text) {
    try {
      if (type == int.class) {
        return Integer.valueOf(text);
      }
      if (type == long.class) {
        return Long.valueOf(text);
      }
      if (type == double.class) {
        return Double.valueOf(text);
      }
      if (type == Duration.class) {
        return duration(text);
      }
    } catch (NumberFormatException | ArithmeticException e) {
      throw new IllegalArgumentException("'" + text + "' is not " + expected(type), e);
    }
    if (type == List.class) {
      return text.isEmpty() ? List.of() : List.of(text.split(SEPARATOR));
    }
    if (type.isEnum()) {
      return constant(type, text);
    }
    return text;
  }

  private static Duration duration(String text) {
    if (text.endsWith("ms")) {
      return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
    }
    if (!text.endsWith("s")) {
      throw new NumberFormatException(text);
    }
    BigDecimal seconds = new BigDecimal(text.substring(0, text.length() - 1));
    return Duration.ofMillis(seconds.movePointRight(MILLIS_DIGITS).longValueExact());
  }

  private static Object constant(Class<?> type, String text) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> word((Enum<?>) constant).equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not " + expected(type)));
  }

  /** What a value of the type looks like, for error messages and help. */
  static String expected(Class<?> type) {
    if (type == Duration.class) {
      return "a duration in whole milliseconds, such as 2.5s or 40ms";
    }
    if (type == List.class) {
      return "names separated by commas";
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(constant -> word((Enum<?>) constant))
          .collect(Collectors.joining(" or "));
    }
    if (type == double.class) {
      return "a number";
    }
    return type == String.class ? "a name" : "a whole number";
  }
}
