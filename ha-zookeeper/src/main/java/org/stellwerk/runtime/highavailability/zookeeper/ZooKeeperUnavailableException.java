package org.stellwerk.runtime.highavailability.zookeeper;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;

/**
 * ZooKeeper could not be reached or did not answer; the message is one line for people. The outcome
 * of a write that failed so is unknown; all writes may be repeated.
 */
public final class ZooKeeperUnavailableException extends StoreUnavailableException {

  ZooKeeperUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
