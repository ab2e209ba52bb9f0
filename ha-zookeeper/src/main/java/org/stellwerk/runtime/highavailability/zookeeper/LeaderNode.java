package org.stellwerk.runtime.highavailability.zookeeper;

import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.leaderelection.CallbackQueue;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.persistence.LeaderInformationSerializer;

/**
 * The node that says who leads. It is ephemeral: when the leader's session ends, so does what it
 * published, in the same step as its latch node.
 */
final class LeaderNode {

  static final String PATH = "/leader";

  private static final Logger LOG = LoggerFactory.getLogger(LeaderNode.class);
  private static final int MAX_ATTEMPTS = 5;

  private LeaderNode() {}

  /**
   * Tells the listener, on the queue, what the node holds: at first as soon as that is known, then
   * at each change, possibly more often. Close the watch to end it.
   */
  static CuratorCache watch(
      CuratorFramework client,
      CallbackQueue callbacks,
      Consumer<Optional<LeaderInformation>> listener) {
    CuratorCache cache =
        CuratorCache.builder(client, PATH)
            .withOptions(CuratorCache.Options.SINGLE_NODE_CACHE)
            .withStorage(new NewsStorage())
            .build();
    Runnable tell =
        () -> callbacks.execute(() -> listener.accept(cache.get(PATH).flatMap(LeaderNode::parse)));
    cache
        .listenable()
        .addListener(
            CuratorCacheListener.builder()
                .forInitialized(tell)
                .forAll((type, oldData, newData) -> tell.run())
                .afterInitialized()
                .build());
    cache.start();
    return cache;
  }

  /** Publishes, on condition that the session leads. Blocking. */
  static void publish(FencedTransactions transactions, LeaderInformation information)
      throws Exception {
    UUID session = information.sessionId();
    byte[] data = LeaderInformationSerializer.toBytes(information);
    for (int attempt = 1; ; attempt++) {
      CuratorFramework client = transactions.client();
      Stat found = client.checkExists().forPath(PATH);
      long own = client.getZookeeperClient().getZooKeeper().getSessionId();
      try {
        if (found == null) {
          transactions.commit(
              session,
              transactions.op().create().withMode(CreateMode.EPHEMERAL).forPath(PATH, data));
        } else if (found.getEphemeralOwner() == own) {
          transactions.commit(session, transactions.op().setData().forPath(PATH, data));
        } else {
          transactions.commit(
              session,
              transactions.op().delete().forPath(PATH),
              transactions.op().create().withMode(CreateMode.EPHEMERAL).forPath(PATH, data));
        }
        return;
      } catch (KeeperException.NodeExistsException | KeeperException.NoNodeException e) {
        if (attempt >= MAX_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static Optional<LeaderInformation> parse(ChildData node) {
    try {
      return Optional.of(LeaderInformationSerializer.fromBytes(node.getData()));
    } catch (IllegalArgumentException e) {
      LOG.warn("Ignoring what somebody wrote to the leader's node: {}", e.getMessage());
      return Optional.empty();
    }
  }
}
