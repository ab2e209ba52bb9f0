package org.stellwerk.runtime.io;

import java.nio.file.Path;
import java.time.Duration;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.options.TaskManagerOptions;

/**
 * How a data exchange is set up.
 *
 * @param resourceId the TaskManager's name, told to peers
 * @param host the host under which peers reach it, told to them for their messages
 * @param bindHost the interface to listen on
 * @param bindPort the port to listen on, 0 for any
 * @param publishedPort the port told to peers, 0 for the one that was bound
 * @param resultDirectory for the results of blocking edges; belongs to this TaskManager alone
 * @param networkMemory the most bytes that buffers may take
 * @param segmentSize the most bytes of one buffer
 * @param partitionRequestTimeout how long a consumer waits for its producer to be there
 * @param connectTimeout how long a connection may take to be made
 * @param peerFailureGrace how long a task whose producer or consumer failed waits to be cancelled
 */
public record DataExchangeConfig(
    ResourceID resourceId,
    String host,
    String bindHost,
    int bindPort,
    int publishedPort,
    Path resultDirectory,
    long networkMemory,
    int segmentSize,
    Duration partitionRequestTimeout,
    Duration connectTimeout,
    Duration peerFailureGrace) {

  private static final int MIN_SEGMENT = 1024;
  private static final int MAX_SEGMENT = 1 << 20;

  /** Long enough for a new leader to come and cancel what is left of a failed job. */
  private static final Duration PEER_FAILURE_GRACE = Duration.ofSeconds(30);

  public DataExchangeConfig {
    if (segmentSize < MIN_SEGMENT || segmentSize > MAX_SEGMENT) {
      throw new IllegalConfigurationException(
          "Configuration key '"
              + TaskManagerOptions.SEGMENT_SIZE.key()
              + "' is "
              + segmentSize
              + " bytes; expected between 1 kb and 1 mb.");
    }
    if (networkMemory < 16L * segmentSize) {
      throw new IllegalConfigurationException(
          "Configuration key '"
              + TaskManagerOptions.NETWORK_MEMORY.key()
              + "' is "
              + networkMemory
              + " bytes; expected at least 16 segments ("
              + 16L * segmentSize
              + " bytes).");
    }
  }

  /** Reads the options of the data exchange. */
  public static DataExchangeConfig fromConfiguration(
      Configuration configuration, ResourceID resourceId, String host, Path resultDirectory) {
    int dataPort = configuration.get(TaskManagerOptions.DATA_PORT);
    return new DataExchangeConfig(
        resourceId,
        host,
        configuration.getOptional(TaskManagerOptions.BIND_HOST).orElse(host),
        configuration.getOptional(TaskManagerOptions.DATA_BIND_PORT).orElse(dataPort),
        dataPort,
        resultDirectory,
        configuration.get(TaskManagerOptions.NETWORK_MEMORY),
        (int) Math.min(Integer.MAX_VALUE, configuration.get(TaskManagerOptions.SEGMENT_SIZE)),
        configuration.get(TaskManagerOptions.PARTITION_REQUEST_TIMEOUT),
        configuration.get(TaskManagerOptions.CONNECT_TIMEOUT),
        PEER_FAILURE_GRACE);
  }
}
