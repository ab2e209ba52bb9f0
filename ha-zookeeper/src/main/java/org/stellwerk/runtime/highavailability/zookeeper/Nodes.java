package org.stellwerk.runtime.highavailability.zookeeper;

import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;

/** Plain operations on nodes that hold no state of their own. Blocking. */
final class Nodes {

  private Nodes() {}

  /** Makes the node and those above it, where they are missing. */
  static void ensure(CuratorFramework client, String path) throws Exception {
    client.createContainers(path);
  }

  /** The names of a node's children; none if the node is not there. */
  static List<String> children(CuratorFramework client, String path) throws Exception {
    try {
      return client.getChildren().forPath(path);
    } catch (KeeperException.NoNodeException e) {
      return List.of();
    }
  }

  /** Removes a node and all below it; harmless if it is not there. */
  static void deleteTree(CuratorFramework client, String path) throws Exception {
    try {
      client.delete().deletingChildrenIfNeeded().forPath(path);
    } catch (KeeperException.NoNodeException e) {
      // Nothing was stored.
    }
  }
}
