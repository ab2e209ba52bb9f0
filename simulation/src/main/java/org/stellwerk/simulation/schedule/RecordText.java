package org.stellwerk.simulation.schedule;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The text of a record: its name in lower case, then {@code component=value} for each component, as
 * in {@code slow-io node=tm-1 share=0.2 longest=3s lasting=10s}. A record within it is written as
 * its components; one that is what it is by {@link OrElse} is left out.
 */
final class RecordText {

  private RecordText() {}

  /** {@code SlowIo} becomes {@code slow-io}. */
  static String nameOf(Class<?> type) {
    return dashed(type.getSimpleName());
  }

  static String dashed(String camelCase) {
    return camelCase.replaceAll("(?<!^)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  static String format(Record value) {
    StringBuilder text = new StringBuilder(nameOf(value.getClass()));
    append(text, value);
    return text.toString();
  }

  private static void append(StringBuilder text, Record value) {
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      Object part = valueOf(value, component);
      if (part instanceof Record record) {
        append(text, record);
        continue;
      }
      String written = ValueText.format(part);
      if (!defaultOf(component).equals(Optional.of(written))) {
        text.append(' ').append(dashed(component.getName())).append('=').append(written);
      }
    }
  }

  private static Optional<String> defaultOf(RecordComponent component) {
    return Optional.ofNullable(component.getAnnotation(OrElse.class)).map(OrElse::value);
  }

  /** The components that have a text: those of records within the record stand for these. */
  static List<RecordComponent> components(Class<?> type) {
    List<RecordComponent> components = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.getType().isRecord()) {
        components.addAll(components(component.getType()));
      } else {
        components.add(component);
      }
    }
    return components;
  }

  private static Object valueOf(Record value, RecordComponent component) {
    try {
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot read " + component + " of " + value, e);
    }
  }

  /**
   * Makes a record of its components' texts.
   *
   * @param words what follows the name
   * @throws IllegalArgumentException whose message says what was expected
   */
  static <R> R parse(Class<R> type, List<String> words) {
    Map<String, String> given = new LinkedHashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException(
            "'" + word + "' is not of the form key=value; expected " + usage(type));
      }
      if (given.put(word.substring(0, equals), word.substring(equals + 1)) != null) {
        throw new IllegalArgumentException(
            "'" + word.substring(0, equals) + "' is there twice; expected " + usage(type));
      }
    }
    R value = build(type, given, type);
    if (!given.isEmpty()) {
      String key = given.keySet().iterator().next();
      throw new IllegalArgumentException(
          "'" + nameOf(type) + "' has no '" + key + "'; expected " + usage(type));
    }
    return value;
  }

  /** Takes what it needs from what is given. */
  private static <R> R build(Class<R> type, Map<String, String> given, Class<?> whole) {
    RecordComponent[] components = type.getRecordComponents();
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : components) {
      if (component.getType().isRecord()) {
        values.add(build(component.getType(), given, whole));
        continue;
      }
      String key = dashed(component.getName());
      String text = given.remove(key);
      if (text == null) {
        text =
            defaultOf(component)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "'" + key + "' is missing; expected " + usage(whole)));
      }
      values.add(parse(key, component.getType(), text));
    }
    return construct(type, components, values);
  }

  private static Object parse(String key, Class<?> type, String text) {
    try {
      return ValueText.parse(type, text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + "=" + text + ": " + e.getMessage(), e);
    }
  }

  private static <R> R construct(Class<R> type, RecordComponent[] components, List<Object> values) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw new IllegalArgumentException(nameOf(type) + ": " + refused.getMessage(), refused);
      }
      throw new IllegalStateException("Cannot make a " + type, e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot make a " + type, e);
    }
  }

  /** For error messages and help: {@code freeze node=… lasting=…}; what may be missing in []. */
  static String usage(Class<?> type) {
    return nameOf(type)
        + components(type).stream().map(RecordText::usage).collect(Collectors.joining());
  }

  private static String usage(RecordComponent component) {
    String name = dashed(component.getName());
    return defaultOf(component)
        .map(value -> " [" + name + "=" + value + "]")
        .orElse(" " + name + "=…");
  }
}
