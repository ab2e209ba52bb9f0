package org.stellwerk.runtime.rest;

import java.nio.file.Path;
import java.time.Duration;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.runtime.options.ClusterOptions;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.runtime.options.RestOptions;

/**
 * Where the REST endpoint listens, its limits, and what it tells about its process.
 *
 * @param address the host under which clients reach it
 * @param bindAddress the interface that it listens on
 * @param bindPorts a port, or ranges such as "8081,9000-9010"; "0" for any
 * @param temporaryDirectory where uploads are kept, in a directory of their own that dies with it
 * @param limits what requests may take
 * @param shown the process's configuration, which is shown to whoever asks, except for secrets
 */
public record RestConfig(
    String address,
    String bindAddress,
    String bindPorts,
    Path temporaryDirectory,
    Limits limits,
    Configuration shown) {

  /**
   * What requests may take.
   *
   * @param awaitLeader how long a request waits for a leader
   * @param ask how long a call to the leader waits for its answer
   * @param maxContentLength the largest request body, in bytes
   */
  public record Limits(Duration awaitLeader, Duration ask, long maxContentLength) {}

  /** What the configuration says. */
  public static RestConfig fromConfiguration(Configuration configuration) {
    String address =
        configuration
            .getOptional(RestOptions.ADDRESS)
            .orElseGet(() -> configuration.get(JobManagerOptions.RPC_ADDRESS));
    return new RestConfig(
        address,
        configuration.getOptional(RestOptions.BIND_ADDRESS).orElse(address),
        configuration
            .getOptional(RestOptions.BIND_PORT)
            .orElseGet(() -> String.valueOf(configuration.get(RestOptions.PORT))),
        Path.of(
            configuration
                .getOptional(ClusterOptions.TMP_DIRS)
                .orElseGet(() -> System.getProperty("java.io.tmpdir"))),
        new Limits(
            configuration.get(RestOptions.AWAIT_LEADER_TIMEOUT),
            configuration.get(RpcOptions.ASK_TIMEOUT),
            configuration.get(RestOptions.MAX_CONTENT_LENGTH)),
        configuration);
  }
}
