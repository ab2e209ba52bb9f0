package org.stellwerk.runtime.highavailability.zookeeper;

import java.time.Duration;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.common.PathUtils;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.ConfigOption;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.runtime.persistence.StorageDirectory;

/**
 * How to reach ZooKeeper.
 *
 * @param quorum "host:port" of each server, separated by commas
 * @param namespace the cluster's node, without a slash at its ends
 * @param connectionTimeout how long the first connection may take
 * @param retryWait the first pause between two attempts of an operation
 */
record ZooKeeperConfig(
    String quorum,
    String namespace,
    ZooKeeperAccess access,
    Duration sessionTimeout,
    Duration connectionTimeout,
    Duration retryWait,
    int maxRetries) {

  static ZooKeeperConfig of(Configuration configuration) {
    String quorum = configuration.get(HighAvailabilityOptions.ZOOKEEPER_QUORUM).trim();
    try {
      if (new ConnectStringParser(quorum).getServerAddresses().isEmpty()) {
        throw new IllegalArgumentException("no server");
      }
    } catch (IllegalArgumentException e) {
      throw bad(HighAvailabilityOptions.ZOOKEEPER_QUORUM, quorum, "host:port, by commas", e);
    }
    return new ZooKeeperConfig(
        quorum,
        namespace(configuration),
        ZooKeeperAccess.of(configuration),
        positive(configuration, HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT),
        positive(configuration, HighAvailabilityOptions.ZOOKEEPER_CONNECTION_TIMEOUT),
        positive(configuration, HighAvailabilityOptions.ZOOKEEPER_RETRY_WAIT),
        configuration.get(HighAvailabilityOptions.ZOOKEEPER_MAX_RETRY_ATTEMPTS));
  }

  private static String namespace(Configuration configuration) {
    String root = configuration.get(HighAvailabilityOptions.ZOOKEEPER_PATH_ROOT);
    String path =
        ("/" + root + "/" + StorageDirectory.clusterId(configuration)).replaceAll("/+", "/");
    try {
      PathUtils.validatePath(path);
    } catch (IllegalArgumentException e) {
      throw bad(HighAvailabilityOptions.ZOOKEEPER_PATH_ROOT, root, "a path such as /stellwerk", e);
    }
    return path.substring(1);
  }

  private static Duration positive(Configuration configuration, ConfigOption<Duration> option) {
    Duration value = configuration.get(option);
    if (value.isNegative() || value.isZero() || value.toMillis() > Integer.MAX_VALUE) {
      throw bad(option, value.toString(), "more than 0 and less than 24 days", null);
    }
    return value;
  }

  private static IllegalConfigurationException bad(
      ConfigOption<?> option, String value, String expected, @Nullable Exception cause) {
    String message =
        "Configuration key '"
            + option.key()
            + "' has the value '"
            + value
            + "'; expected "
            + expected
            + ".";
    return cause == null
        ? new IllegalConfigurationException(message)
        : new IllegalConfigurationException(message, cause);
  }
}
