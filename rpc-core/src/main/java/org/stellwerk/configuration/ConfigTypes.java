package org.stellwerk.configuration;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How the values of options are read from text. */
final class ConfigTypes {

  private static final Pattern QUANTITY = Pattern.compile("(\\d+)\\s*([a-zA-Z]*)");

  static final ConfigOption.Type<String> STRING = type("text", text -> text);
  static final ConfigOption.Type<Integer> INTEGER = type("a whole number", Integer::valueOf);
  static final ConfigOption.Type<Double> DOUBLE = type("a number", Double::valueOf);
  static final ConfigOption.Type<Boolean> BOOLEAN =
      type("true or false", ConfigTypes::parseBoolean);
  static final ConfigOption.Type<Duration> DURATION =
      type("a duration such as '10 s' or '500 ms'", ConfigTypes::parseDuration);
  static final ConfigOption.Type<Long> MEMORY_SIZE =
      type("a size such as '64 mb'", ConfigTypes::parseMemorySize);

  private ConfigTypes() {}

  private static <T> ConfigOption.Type<T> type(String expected, Function<String, T> parser) {
    return new ConfigOption.Type<>() {
      @Override
      public String expected() {
        return expected;
      }

      @Override
      public T parse(String text) {
        return parser.apply(text.trim());
      }
    };
  }

  static <E extends Enum<E>> ConfigOption.Type<E> oneOf(Class<E> type) {
    String names =
        Arrays.stream(type.getEnumConstants())
            .map(c -> c.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .collect(Collectors.joining(", ", "one of ", ""));
    return type(names, text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_')));
  }

  private static Boolean parseBoolean(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static Duration parseDuration(String text) {
    if (text.startsWith("P") || text.startsWith("p")) {
      try {
        return Duration.parse(text);
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException(text, e);
      }
    }
    Matcher matcher = match(text);
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
      case "", "ms", "milli", "millis", "millisecond", "milliseconds" -> Duration.ofMillis(amount);
      case "ns", "nano", "nanos", "nanosecond", "nanoseconds" -> Duration.ofNanos(amount);
      case "us", "µs", "micro", "micros", "microsecond", "microseconds" ->
          Duration.ofNanos(Math.multiplyExact(amount, 1_000L));
      case "s", "sec", "secs", "second", "seconds" -> Duration.ofSeconds(amount);
      case "m", "min", "minute", "minutes" -> Duration.ofMinutes(amount);
      case "h", "hour", "hours" -> Duration.ofHours(amount);
      case "d", "day", "days" -> Duration.ofDays(amount);
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static Long parseMemorySize(String text) {
    Matcher matcher = match(text);
    long amount = Long.parseLong(matcher.group(1));
    int shift =
        switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
          case "", "b", "bytes" -> 0;
          case "k", "kb", "kibibytes" -> 10;
          case "m", "mb", "mebibytes" -> 20;
          case "g", "gb", "gibibytes" -> 30;
          case "t", "tb", "tebibytes" -> 40;
          default -> throw new IllegalArgumentException(text);
        };
    return Math.multiplyExact(amount, 1L << shift);
  }

  private static Matcher match(String text) {
    Matcher matcher = QUANTITY.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    return matcher;
  }
}
