package org.stellwerk.runtime.options;

import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/** Options of the blob service. */
public final class BlobOptions {

  public static final ConfigOption<Integer> SERVER_PORT =
      ConfigOption.integer("blob.server.port", 0, "The port of the blob server; 0 for any.");

  public static final ConfigOption<String> STORAGE_DIRECTORY =
      ConfigOption.string(
          "blob.storage.directory",
          null,
          "Where jars are kept while no high-availability storage directory is set; by default a temporary directory.");

  public static final ConfigOption<Integer> FETCH_RETRIES =
      ConfigOption.integer("blob.fetch.retries", 5, "How often a failed fetch is tried again.");

  private BlobOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(SERVER_PORT, STORAGE_DIRECTORY, FETCH_RETRIES);
  }
}
