package org.stellwerk.runtime.highavailability.zookeeper;

import java.io.IOException;
import org.apache.zookeeper.KeeperException;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.options.HighAvailabilityOptions;

/** Tells the failures that pass from those that do not. */
final class Transience {

  private Transience() {}

  /** Whether the failure says no more than that the connection or the session is gone for now. */
  static boolean isTransient(Throwable failure) {
    return failure instanceof KeeperException.ConnectionLossException
        || failure instanceof KeeperException.OperationTimeoutException
        || failure instanceof KeeperException.RequestTimeoutException
        || failure instanceof KeeperException.SessionExpiredException
        || failure instanceof KeeperException.SessionMovedException;
  }

  /**
   * A failure of ZooKeeper as people and callers are told it.
   *
   * @param what what could not be done: "store job 7"
   * @param cluster the cluster's node, without a slash at its beginning
   */
  static IOException failure(String what, String cluster, KeeperException cause) {
    String failed = "Cannot " + what + " in ZooKeeper: " + cause.code();
    if (isTransient(cause)) {
      return new StoreUnavailableException(failed + " (the outcome is unknown; try again)", cause);
    }
    if (cause instanceof KeeperException.NoAuthException) {
      return new StoreAccessDeniedException(
          failed
              + ": the access control of a node below /%s is not for who comes with this process's"
                  .formatted(cluster)
              + " '%s'; correct the key in conf/config.yaml, or the nodes (zkCli.sh, setAcl -R)"
                  .formatted(HighAvailabilityOptions.ZOOKEEPER_AUTHORIZATION.key()),
          cause);
    }
    return new IOException(failed, cause);
  }
}
