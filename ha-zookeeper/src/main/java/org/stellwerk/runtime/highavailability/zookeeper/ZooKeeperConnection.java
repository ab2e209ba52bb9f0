package org.stellwerk.runtime.highavailability.zookeeper;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.SessionConnectionStateErrorPolicy;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the process's one Curator client. A suspended connection is no error in it, and only the
 * server's word ends a session, see {@link PatientZooKeeper}.
 */
final class ZooKeeperConnection {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperConnection.class);
  private static final int MAX_RETRY_WAIT_MS = 3000;

  private ZooKeeperConnection() {}

  /**
   * Connects; blocking.
   *
   * @throws ZooKeeperUnavailableException if no server could be reached in the configured time
   */
  static CuratorFramework open(ZooKeeperConfig config)
      throws ZooKeeperUnavailableException, InterruptedException {
    long deadline = System.nanoTime() + config.connectionTimeout().toNanos();
    Optional<String> failure =
        ZooKeeperProbe.await(config.quorum(), config.connectionTimeout().toMillis());
    if (failure.isPresent()) {
      throw unreachable(config, failure.get());
    }
    CuratorFramework client = build(config);
    client
        .getConnectionStateListenable()
        .addListener((source, state) -> logState(config.quorum(), state));
    boolean connected = false;
    try {
      client.start();
      long leftMs = Math.max(500, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
      connected = client.blockUntilConnected((int) leftMs, TimeUnit.MILLISECONDS);
    } finally {
      if (!connected) {
        client.close();
      }
    }
    if (!connected) {
      throw unreachable(config, config.quorum() + " (accepts connections but opens no session)");
    }
    logGrantedTimeout(client, config.sessionTimeout());
    return client;
  }

  private static CuratorFramework build(ZooKeeperConfig config) {
    int sessionTimeoutMs = (int) config.sessionTimeout().toMillis();
    return CuratorFrameworkFactory.builder()
        .connectString(config.quorum())
        .namespace(config.namespace())
        .sessionTimeoutMs(sessionTimeoutMs)
        .connectionTimeoutMs(
            Math.min(sessionTimeoutMs, (int) config.connectionTimeout().toMillis()))
        .retryPolicy(
            new BoundedExponentialBackoffRetry(
                (int) config.retryWait().toMillis(),
                Math.max(MAX_RETRY_WAIT_MS, (int) config.retryWait().toMillis()),
                config.maxRetries()))
        .connectionStateErrorPolicy(new SessionConnectionStateErrorPolicy())
        .zookeeperFactory(PatientZooKeeper::open)
        .ensembleTracker(false)
        .dontUseContainerParents()
        .build();
  }

  private static ZooKeeperUnavailableException unreachable(ZooKeeperConfig config, String tried) {
    return new ZooKeeperUnavailableException(
        "No ZooKeeper server can be reached: tried "
            + tried
            + " for "
            + config.connectionTimeout().toMillis()
            + " ms. Start ZooKeeper (bin/zookeeper.sh start), or correct"
            + " 'high-availability.zookeeper.quorum' in conf/config.yaml.",
        null);
  }

  private static void logState(String quorum, ConnectionState state) {
    switch (state) {
      case SUSPENDED ->
          LOG.warn(
              "The connection to ZooKeeper at {} is suspended; nothing changes until it is back or"
                  + " the server ends the session",
              quorum);
      case RECONNECTED -> LOG.info("Connected to ZooKeeper at {} again", quorum);
      case LOST -> LOG.warn("ZooKeeper at {} ended this process's session", quorum);
      case CONNECTED, READ_ONLY -> LOG.debug("ZooKeeper at {}: {}", quorum, state);
    }
  }

  private static void logGrantedTimeout(CuratorFramework client, Duration asked) {
    int grantedMs = grantedTimeoutMs(client);
    if (grantedMs > 0 && grantedMs != asked.toMillis()) {
      LOG.info(
          "ZooKeeper granted a session timeout of {} ms instead of {} ms: so long it takes to"
              + " replace a dead leader (the server's tickTime decides)",
          grantedMs,
          asked.toMillis());
    }
  }

  private static int grantedTimeoutMs(CuratorFramework client) {
    try {
      return client.getZookeeperClient().getZooKeeper() instanceof PatientZooKeeper zooKeeper
          ? zooKeeper.grantedSessionTimeoutMs()
          : 0;
    } catch (Exception e) {
      LOG.debug("The granted session timeout is unknown: {}", e.toString());
      return 0;
    }
  }
}
