package org.stellwerk.runtime.highavailability.zookeeper;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.util.IdGenerator;

/** Members of clusters on one ZooKeeper, each test in a cluster of its own. */
final class ZooKeeperMembers implements AutoCloseable {

  private final ExecutorService io = Executors.newCachedThreadPool();
  private final IdGenerator ids = IdGenerator.secure();
  private final String quorum;
  private final Path storage;
  private int cluster;

  ZooKeeperMembers(String quorum) throws Exception {
    this.quorum = quorum;
    this.storage = Files.createTempDirectory("ha-zookeeper");
  }

  /** The members made from now on belong to another cluster. */
  void newCluster() {
    cluster++;
  }

  Path storage() {
    return storage.resolve("cluster-" + cluster);
  }

  Configuration configuration() {
    return Configuration.empty()
        .with(HighAvailabilityOptions.ZOOKEEPER_QUORUM, quorum)
        .with(HighAvailabilityOptions.CLUSTER_ID, "/cluster-" + cluster)
        .with(HighAvailabilityOptions.STORAGE_DIR, storage.toUri().toString());
  }

  ZooKeeperHighAvailabilityServices create() throws Exception {
    return create(configuration());
  }

  ZooKeeperHighAvailabilityServices create(Configuration configuration) throws Exception {
    return ZooKeeperHighAvailabilityServices.create(configuration, io, ids);
  }

  /** Ends the member's session at the server, as a timeout would. */
  void expireSession(HighAvailabilityServices member) throws Exception {
    ZooKeeper zooKeeper =
        ((ZooKeeperHighAvailabilityServices) member).client().getZookeeperClient().getZooKeeper();
    CountDownLatch connected = new CountDownLatch(1);
    ZooKeeper twin =
        new ZooKeeper(
            quorum,
            10_000,
            event -> {
              if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
              }
            },
            zooKeeper.getSessionId(),
            zooKeeper.getSessionPasswd());
    boolean takenOver = connected.await(10, TimeUnit.SECONDS);
    twin.close();
    if (!takenOver) {
      throw new AssertionError("The session could not be taken over");
    }
  }

  @Override
  public void close() {
    io.shutdownNow();
  }
}
