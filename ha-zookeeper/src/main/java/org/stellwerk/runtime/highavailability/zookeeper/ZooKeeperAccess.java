package org.stellwerk.runtime.highavailability.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Optional;
import org.apache.curator.framework.AuthInfo;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.runtime.options.HighAvailabilityOptions.ZooKeeperAcl;

/**
 * As whom this process comes to ZooKeeper, and who may use the nodes that it makes: everybody, or
 * only who comes with the same name and password. Never prints the password. Immutable.
 */
final class ZooKeeperAccess {

  private static final String SCHEME = "digest";

  /** The nodes above the clusters': others may have clusters beside, but change nothing here. */
  static final List<ACL> SHARED =
      List.of(
          new ACL(ZooDefs.Perms.READ | ZooDefs.Perms.CREATE, ZooDefs.Ids.ANYONE_ID_UNSAFE),
          new ACL(ZooDefs.Perms.ALL, ZooDefs.Ids.AUTH_IDS));

  private final boolean creatorOnly;
  private final Optional<String> credentials;

  private ZooKeeperAccess(boolean creatorOnly, Optional<String> credentials) {
    this.creatorOnly = creatorOnly;
    this.credentials = credentials;
  }

  static ZooKeeperAccess of(Configuration configuration) {
    boolean creatorOnly =
        configuration.get(HighAvailabilityOptions.ZOOKEEPER_ACL) == ZooKeeperAcl.CREATOR;
    Optional<String> credentials =
        configuration
            .getOptional(HighAvailabilityOptions.ZOOKEEPER_AUTHORIZATION)
            .map(ZooKeeperAccess::parse);
    if (creatorOnly && credentials.isEmpty()) {
      throw new IllegalConfigurationException(
          "'%s: creator' needs '%s', as whom the creator comes; expected digest:USER:PASSWORD."
              .formatted(
                  HighAvailabilityOptions.ZOOKEEPER_ACL.key(),
                  HighAvailabilityOptions.ZOOKEEPER_AUTHORIZATION.key()));
    }
    return new ZooKeeperAccess(creatorOnly, credentials);
  }

  /** The part behind the scheme; Flink wants it in quotes, as it has a colon in it. */
  private static String parse(String text) {
    String[] parts = text.trim().split(":", 2);
    String value = parts.length == 2 ? parts[1].trim().replaceAll("^(['\"])(.*)\\1$", "$2") : "";
    int colon = value.indexOf(':');
    if (!parts[0].trim().equals(SCHEME) || colon < 1 || colon == value.length() - 1) {
      throw new IllegalConfigurationException(
          "Configuration key '%s' has a value that is not shown; expected digest:USER:PASSWORD."
              .formatted(HighAvailabilityOptions.ZOOKEEPER_AUTHORIZATION.key()));
    }
    return value;
  }

  /** Whether others are kept out. */
  boolean creatorOnly() {
    return creatorOnly;
  }

  List<AuthInfo> credentials() {
    return credentials.stream().map(text -> new AuthInfo(SCHEME, text.getBytes(UTF_8))).toList();
  }

  /** Who may use the cluster's nodes. */
  List<ACL> acl() {
    return creatorOnly ? ZooDefs.Ids.CREATOR_ALL_ACL : ZooDefs.Ids.OPEN_ACL_UNSAFE;
  }

  ACLProvider aclProvider() {
    List<ACL> acl = acl();
    return new ACLProvider() {
      @Override
      public List<ACL> getDefaultAcl() {
        return acl;
      }

      @Override
      public List<ACL> getAclForPath(String path) {
        return acl;
      }
    };
  }

  @Override
  public String toString() {
    return (creatorOnly ? "creator" : "open") + credentials.map(text -> ", digest").orElse("");
  }
}
