package org.stellwerk.dist.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/** ZooKeeper as any client of it sees it, with or without credentials. */
final class PlainZooKeeper implements AutoCloseable {

  private static final int TIMEOUT_MS = 20_000;

  private final ZooKeeper client;

  private PlainZooKeeper(ZooKeeper client) {
    this.client = client;
  }

  /** Connects as USER:PASSWORD, or as nobody. */
  static PlainZooKeeper connect(int port, Optional<String> credentials) throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    ZooKeeper client =
        new ZooKeeper(
            "localhost:" + port,
            TIMEOUT_MS,
            event -> {
              if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
              }
            });
    if (!connected.await(TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
      client.close();
      throw new AssertionError("ZooKeeper at port " + port + " does not answer");
    }
    credentials.ifPresent(text -> client.addAuthInfo("digest", text.getBytes(UTF_8)));
    return new PlainZooKeeper(client);
  }

  ZooKeeper client() {
    return client;
  }

  byte[] data(String node) throws Exception {
    return client.getData(node, false, null);
  }

  /** The transaction that made the node; another one if it was made anew. */
  long madeBy(String node) throws Exception {
    return client.exists(node, false).getCzxid();
  }

  List<String> children(String node) throws Exception {
    try {
      return client.getChildren(node, false);
    } catch (KeeperException.NoNodeException e) {
      return List.of();
    }
  }

  /** The node and all below it. */
  List<String> tree(String node) throws Exception {
    List<String> nodes = new ArrayList<>(List.of(node));
    for (String child : children(node)) {
      nodes.addAll(tree(node + "/" + child));
    }
    return nodes;
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
