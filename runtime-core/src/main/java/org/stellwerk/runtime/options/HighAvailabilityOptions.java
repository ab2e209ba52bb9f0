package org.stellwerk.runtime.options;

import java.time.Duration;
import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/** Options of leader election and durable stores. */
public final class HighAvailabilityOptions {

  /** What leadership and stores rest on. */
  public enum Type {
    /** One JobManager; nothing outlives it. */
    NONE,
    /** A lock and files in a directory of the one host on which all processes run. */
    FILE,
    /** Leader election and stores on ZooKeeper. */
    ZOOKEEPER
  }

  /** Who may use the nodes that a cluster makes in ZooKeeper. */
  public enum ZooKeeperAcl {
    /** Everybody. */
    OPEN,
    /** Only who comes with the credentials of who made them. */
    CREATOR
  }

  public static final ConfigOption<Type> TYPE =
      ConfigOption.oneOf(
          "high-availability.type",
          Type.class,
          Type.NONE,
          "What the cluster's leadership and stores rest on.");

  public static final ConfigOption<String> CLUSTER_ID =
      ConfigOption.string(
          "high-availability.cluster-id",
          "/default",
          "Separates clusters that share a ZooKeeper ensemble or a storage directory.");

  public static final ConfigOption<String> STORAGE_DIR =
      ConfigOption.string(
          "high-availability.storageDir",
          null,
          "Where durable files are kept; every JobManager must reach it. Of type file: everything.");

  public static final ConfigOption<String> ZOOKEEPER_QUORUM =
      ConfigOption.string(
          "high-availability.zookeeper.quorum",
          null,
          "The ZooKeeper servers: host:port, separated by commas.");

  public static final ConfigOption<String> ZOOKEEPER_PATH_ROOT =
      ConfigOption.string(
          "high-availability.zookeeper.path.root",
          "/stellwerk",
          "The ZooKeeper node below which all clusters have theirs.");

  public static final ConfigOption<ZooKeeperAcl> ZOOKEEPER_ACL =
      ConfigOption.oneOf(
          "high-availability.zookeeper.client.acl",
          ZooKeeperAcl.class,
          ZooKeeperAcl.OPEN,
          "Who may use the cluster's ZooKeeper nodes: open (everybody), or creator (only who comes"
              + " with the credentials of high-availability.zookeeper.client.authorization).");

  public static final ConfigOption<String> ZOOKEEPER_AUTHORIZATION =
      ConfigOption.string(
          "high-availability.zookeeper.client.authorization",
          null,
          "As whom processes come to ZooKeeper: digest:USER:PASSWORD, the same for all of a"
              + " cluster. Not shown anywhere.");

  public static final ConfigOption<Duration> ZOOKEEPER_SESSION_TIMEOUT =
      ConfigOption.duration(
          "high-availability.zookeeper.client.session-timeout",
          Duration.ofMillis(1500),
          "The ZooKeeper session's timeout: how soon a dead leader is replaced.");

  public static final ConfigOption<Duration> ZOOKEEPER_CONNECTION_TIMEOUT =
      ConfigOption.duration(
          "high-availability.zookeeper.client.connection-timeout",
          Duration.ofSeconds(15),
          "How long connecting to ZooKeeper may take at the start.");

  public static final ConfigOption<Duration> ZOOKEEPER_RETRY_WAIT =
      ConfigOption.duration(
          "high-availability.zookeeper.client.retry-wait",
          Duration.ofMillis(200),
          "The first pause between two attempts of an operation.");

  public static final ConfigOption<Integer> ZOOKEEPER_MAX_RETRY_ATTEMPTS =
      ConfigOption.integer(
          "high-availability.zookeeper.client.max-retry-attempts",
          5,
          "How often an operation is repeated.");

  private HighAvailabilityOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(
        TYPE,
        CLUSTER_ID,
        STORAGE_DIR,
        ZOOKEEPER_QUORUM,
        ZOOKEEPER_PATH_ROOT,
        ZOOKEEPER_ACL,
        ZOOKEEPER_AUTHORIZATION,
        ZOOKEEPER_SESSION_TIMEOUT,
        ZOOKEEPER_CONNECTION_TIMEOUT,
        ZOOKEEPER_RETRY_WAIT,
        ZOOKEEPER_MAX_RETRY_ATTEMPTS);
  }
}
