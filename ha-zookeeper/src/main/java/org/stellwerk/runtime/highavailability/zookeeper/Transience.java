package org.stellwerk.runtime.highavailability.zookeeper;

import org.apache.zookeeper.KeeperException;

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
}
