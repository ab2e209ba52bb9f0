package org.stellwerk.runtime.persistence;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.Optional;
import org.stellwerk.configuration.ConfigOption;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.options.HighAvailabilityOptions;

/** Where a cluster keeps durable files: the configured base plus the cluster id. Stateless. */
public final class StorageDirectory {

  private StorageDirectory() {}

  /**
   * The cluster's directory below {@code high-availability.storageDir}, if that is set. It need not
   * exist.
   */
  public static Optional<Path> ofCluster(Configuration configuration) {
    return configuration
        .getOptional(HighAvailabilityOptions.STORAGE_DIR)
        .map(
            text ->
                parse(HighAvailabilityOptions.STORAGE_DIR, text).resolve(clusterId(configuration)));
  }

  /** The cluster id without slashes at its ends; a cluster id never leaves the base directory. */
  public static String clusterId(Configuration configuration) {
    String id =
        configuration
            .get(HighAvailabilityOptions.CLUSTER_ID)
            .replaceAll("/+", "/")
            .replaceAll("^/|/$", "");
    if (id.isEmpty() || !id.matches("[A-Za-z0-9._/-]+") || (id + "/").matches("(.*/)?\\.\\.?/.*")) {
      throw new IllegalConfigurationException(
          "Configuration key '"
              + HighAvailabilityOptions.CLUSTER_ID.key()
              + "' has the value '"
              + configuration.get(HighAvailabilityOptions.CLUSTER_ID)
              + "'; expected letters, digits, '.', '_', '-' and '/', for example /default.");
    }
    return id;
  }

  /**
   * What reading or writing below the directory failed with, as the stores' callers are told it.
   */
  public static IOException failure(Path directory, IOException cause) {
    return DirectoryFailures.of(
        "'" + HighAvailabilityOptions.STORAGE_DIR.key() + "'", directory, cause);
  }

  /** A path, or a URI of any file system that this JVM knows ("file:///…"). */
  public static Path parse(ConfigOption<String> option, String text) {
    try {
      return text.matches("[A-Za-z][A-Za-z0-9+.-]+:/.*")
          ? Path.of(URI.create(text))
          : Path.of(text).toAbsolutePath();
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      throw new IllegalConfigurationException(
          "Configuration key '"
              + option.key()
              + "' has the value '"
              + text
              + "'; expected a directory as a path or a URI such as file:///var/stellwerk.",
          e);
    }
  }
}
