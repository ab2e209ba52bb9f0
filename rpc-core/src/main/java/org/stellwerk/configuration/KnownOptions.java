package org.stellwerk.configuration;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.stellwerk.util.NearestName;

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
            "Unknown configuration key '" + key + "'" + NearestName.hint(key, byKey.keySet()));
      }
      configuration.getOptional(option);
    }
  }
}
