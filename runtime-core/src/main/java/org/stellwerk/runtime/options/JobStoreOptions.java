package org.stellwerk.runtime.options;

import java.util.List;
import org.stellwerk.configuration.ConfigOption;
import org.stellwerk.configuration.Configuration;

/** Options of what is kept of jobs that are over. */
public final class JobStoreOptions {

  public static final ConfigOption<Integer> MAX_CAPACITY =
      ConfigOption.integer(
          "jobstore.max-capacity",
          1000,
          "How many jobs that are over are kept, with their results, at least 1; the oldest go"
              + " first.");

  public static final ConfigOption<Long> CACHE_SIZE =
      ConfigOption.memorySize(
          "jobstore.cache-size",
          50L << 20,
          "About how much memory the details of jobs that are over may take, in bytes; those of older"
              + " ones are read from high-availability.storageDir when asked for.");

  private JobStoreOptions() {}

  /** How many jobs that are over are kept. */
  public static int capacity(Configuration configuration) {
    return Math.max(1, configuration.get(MAX_CAPACITY));
  }

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(MAX_CAPACITY, CACHE_SIZE);
  }
}
