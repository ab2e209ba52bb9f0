package org.stellwerk.runtime.highavailability.zookeeper;

import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.options.HighAvailabilityOptions;

/**
 * The node below which all nodes of the cluster lie: looked at once at the start, so that a process
 * that may not use it says so and ends, and made with its rights where others are to be kept out.
 * Blocking.
 */
final class ClusterNode {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);

  private ClusterNode() {}

  /**
   * Makes sure that this process may use the cluster's node, and those below it that hold others.
   *
   * @throws IllegalConfigurationException with one line, if ZooKeeper refuses its credentials
   */
  static void prepare(CuratorFramework client, ZooKeeperConfig config) throws Exception {
    CuratorFramework root = client.usingNamespace(null);
    String node = "/" + config.namespace();
    try {
      if (config.access().creatorOnly()) {
        create(root, node, config.access());
      }
      for (String child : Nodes.children(root, node)) {
        Nodes.children(root, node + "/" + child);
      }
      if (config.access().creatorOnly()) {
        warnIfOpen(root, node);
      }
    } catch (KeeperException.NoAuthException e) {
      throw new IllegalConfigurationException(
          ("ZooKeeper at %s refuses node %s to this process: who made it came with other"
                  + " credentials. Set '%s' to the same value for all processes of the cluster, or"
                  + " another '%s'.")
              .formatted(
                  config.quorum(),
                  e.getPath(),
                  HighAvailabilityOptions.ZOOKEEPER_AUTHORIZATION.key(),
                  HighAvailabilityOptions.CLUSTER_ID.key()),
          e);
    } catch (KeeperException.AuthFailedException e) {
      throw refused(config, e);
    }
  }

  /** ZooKeeper does not accept that anybody comes with credentials of this kind. */
  static IllegalConfigurationException refused(ZooKeeperConfig config, @Nullable Exception cause) {
    String line =
        ("ZooKeeper at %s does not accept the credentials of '%s': it authenticates nobody by"
                + " digest. Allow that in zoo.cfg, or remove the key.")
            .formatted(config.quorum(), HighAvailabilityOptions.ZOOKEEPER_AUTHORIZATION.key());
    return cause == null
        ? new IllegalConfigurationException(line)
        : new IllegalConfigurationException(line, cause);
  }

  private static void create(CuratorFramework root, String node, ZooKeeperAccess access)
      throws Exception {
    for (int end = node.indexOf('/', 1); end > 0; end = node.indexOf('/', end + 1)) {
      createIfMissing(root, node.substring(0, end), ZooKeeperAccess.SHARED);
    }
    createIfMissing(root, node, access.acl());
  }

  private static void createIfMissing(CuratorFramework root, String path, List<ACL> acl)
      throws Exception {
    if (root.checkExists().forPath(path) != null) {
      return;
    }
    try {
      root.create().withACL(acl).forPath(path, new byte[0]);
    } catch (KeeperException.NodeExistsException e) {
      LOG.debug("Node {} was made by another process", path);
    }
  }

  private static void warnIfOpen(CuratorFramework root, String node) throws Exception {
    for (ACL acl : root.getACL().forPath(node)) {
      if (acl.getId().equals(ZooDefs.Ids.ANYONE_ID_UNSAFE)) {
        LOG.warn(
            "Node {} was made without access control: it and what it held before are open to"
                + " everybody. Close it: zkCli.sh, addauth, then setAcl -R {} auth::cdrwa",
            node,
            node);
        return;
      }
    }
  }
}
