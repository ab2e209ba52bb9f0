package org.stellwerk.simulation.schedule;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The text of a record: its name in lower case, then {@code component=value} for each component, as
 * in {@code slow-io node=tm-1 share=0.2 longest=3s lasting=10s}.
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
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      text.append(' ')
          .append(dashed(component.getName()))
          .append('=')
          .append(ValueText.format(valueOf(value, component)));
    }
    return text.toString();
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
    RecordComponent[] components = type.getRecordComponents();
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : components) {
      String key = dashed(component.getName());
      OrElse orElse = component.getAnnotation(OrElse.class);
      String text = given.remove(key);
      if (text == null && orElse != null) {
        text = orElse.value();
      }
      if (text == null) {
        throw new IllegalArgumentException("'" + key + "' is missing; expected " + usage(type));
      }
      values.add(parse(key, component.getType(), text));
    }
    if (!given.isEmpty()) {
      String key = given.keySet().iterator().next();
      throw new IllegalArgumentException(
          "'" + nameOf(type) + "' has no '" + key + "'; expected " + usage(type));
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

  /** For error messages and help: {@code freeze node=… lasting=…}. */
  static String usage(Class<?> type) {
    return nameOf(type)
        + Arrays.stream(type.getRecordComponents())
            .map(component -> " " + dashed(component.getName()) + "=…")
            .collect(Collectors.joining());
  }
}
