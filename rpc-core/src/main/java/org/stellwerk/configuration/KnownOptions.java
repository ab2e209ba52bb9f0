package org.stellwerk.configuration;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The options that a process understands: finds typos before anything starts. */
public final class KnownOptions {

  private final Map<String, ConfigOption<?>> byKey = new TreeMap<>();

  public KnownOptions(Collection<? extends ConfigOption<?>> options) {
    for (ConfigOption<?> option : options) {
      byKey.put(option.key(), option);
    }
  }

  /** All options by key, sorted. */
  public Map<String, ConfigOption<?>> byKey() {
    return byKey;
  }

  /**
   * Checks every key and value.
   *
   * @throws IllegalConfigurationException naming the first unknown key with the nearest known one,
   *     or the first value that is not of its option's type
   */
  public void validate(Configuration configuration) {
    for (String key : configuration.toMap().keySet()) {
      ConfigOption<?> option = byKey.get(key);
      if (option == null) {
        throw new IllegalConfigurationException(
            "Unknown configuration key '"
                + key
                + "'"
                + nearest(key).map(n -> "; did you mean '" + n + "'?").orElse("."));
      }
      configuration.getOptional(option);
    }
  }

  private Optional<String> nearest(String key) {
    return byKey.keySet().stream()
        .min(Comparator.comparingInt((String known) -> editDistance(key, known)))
        .filter(known -> editDistance(key, known) <= Math.max(3, key.length() / 2));
  }

  private static int editDistance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitute, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
