package org.stellwerk.runtime.highavailability.zookeeper;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * ZooKeeper could not be reached or did not answer; the message is one line for people. The outcome
 * of a write that failed so is unknown; all writes may be repeated.
 */
public final class ZooKeeperUnavailableException extends IOException {

  ZooKeeperUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
