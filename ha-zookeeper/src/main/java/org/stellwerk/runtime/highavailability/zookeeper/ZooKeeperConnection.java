package org.stellwerk.runtime.highavailability.zookeeper;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.SessionConnectionStateErrorPolicy;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.Watcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.configuration.IllegalConfigurationException;

/**
 * Makes the process's one Curator client. A suspended connection is no error in it, and only the
 * server's word ends a session, see {@link PatientZooKeeper}.
 */
final class ZooKeeperConnection {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperConnection.class);
  private static final int MAX_RETRY_WAIT_MS = 3000;
  private static final int STEP_MS = 100;

  /** The server ends sessions tick by tick, of 500 ms in our zoo.cfg. */
  private static final int REPLACEMENT_MS = 500;

  private ZooKeeperConnection() {}

  /**
   * Connects; blocking.
   *
   * @throws ZooKeeperUnavailableException if no server could be reached in the configured time
   * @throws IllegalConfigurationException if ZooKeeper refuses the configured credentials
   */
  static CuratorFramework open(ZooKeeperConfig config)
      throws ZooKeeperUnavailableException, InterruptedException {
    long deadline = System.nanoTime() + config.connectionTimeout().toNanos();
    Optional<String> failure =
        ZooKeeperProbe.await(config.quorum(), config.connectionTimeout().toMillis());
    if (failure.isPresent()) {
      throw unreachable(config, failure.get());
    }
    CountDownLatch refused = new CountDownLatch(1);
    CuratorFramework client = build(config, refused);
    client
        .getConnectionStateListenable()
        .addListener((source, state) -> logState(config.quorum(), state));
    boolean usable = false;
    try {
      client.start();
      long leftMs = Math.max(500, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
      if (!awaitSession(client, refused, leftMs)) {
        if (refused.getCount() == 0) {
          throw ClusterNode.refused(config, null);
        }
        throw unreachable(config, config.quorum() + " (accepts connections but opens no session)");
      }
      prepare(client, config);
      usable = true;
    } finally {
      if (!usable) {
        client.close();
      }
    }
    LOG.info(
        "Connected to ZooKeeper at {}: {}",
        config.quorum(),
        boundOf(grantedTimeoutMs(client), config.sessionTimeout().toMillis()));
    return client;
  }

  private static boolean awaitSession(
      CuratorFramework client, CountDownLatch refused, long timeoutMs) throws InterruptedException {
    boolean connected = false;
    for (long leftMs = timeoutMs; leftMs > 0 && !connected; leftMs -= STEP_MS) {
      connected = client.blockUntilConnected(STEP_MS, TimeUnit.MILLISECONDS);
      if (refused.getCount() == 0) {
        return false;
      }
    }
    return connected;
  }

  private static void prepare(CuratorFramework client, ZooKeeperConfig config)
      throws ZooKeeperUnavailableException, InterruptedException {
    try {
      ClusterNode.prepare(client, config);
    } catch (IllegalConfigurationException | InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new ZooKeeperUnavailableException(
          "ZooKeeper at " + config.quorum() + " does not answer: " + e.getMessage(), e);
    }
  }

  private static CuratorFramework build(ZooKeeperConfig config, CountDownLatch refused) {
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
        .authorization(config.access().credentials())
        .aclProvider(config.access().aclProvider())
        .zookeeperFactory(
            (servers, timeoutMs, watcher, readOnly) ->
                PatientZooKeeper.open(servers, timeoutMs, noting(refused, watcher), readOnly))
        .ensembleTracker(false)
        .dontUseContainerParents()
        .build();
  }

  private static Watcher noting(CountDownLatch refused, Watcher watcher) {
    return event -> {
      if (event.getState() == Watcher.Event.KeeperState.AuthFailed) {
        refused.countDown();
      }
      watcher.process(event);
    };
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

  /** What the granted timeout means for people. */
  static String boundOf(int grantedMs, long askedMs) {
    return "session timeout %d ms%s; a leader that dies is replaced within %d ms"
        .formatted(
            grantedMs,
            grantedMs == askedMs
                ? ""
                : " instead of " + askedMs + " ms, as the server's tickTime has it",
            grantedMs + REPLACEMENT_MS);
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
