package org.stellwerk.runtime.highavailability.zookeeper;

import java.io.IOException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/**
 * A ZooKeeper client whose session only the server ends. Curator declares a session expired, and
 * throws it away, once it has been without connection for as long as the session's timeout: by its
 * own clock, which proves nothing, since a server that restarts gives each session its full time
 * again. Curator has no switch for that; it takes the time from {@link #getSessionTimeout()}, so
 * this class answers the longest there is (24 days) and keeps the real one to itself.
 */
@SuppressWarnings("try") // its close() may be interrupted, as in the class above it
final class PatientZooKeeper extends ZooKeeper {

  PatientZooKeeper(
      String connectString, int sessionTimeoutMs, Watcher watcher, boolean canBeReadOnly)
      throws IOException {
    super(connectString, sessionTimeoutMs, watcher, canBeReadOnly);
  }

  @Override
  public int getSessionTimeout() {
    return Integer.MAX_VALUE;
  }

  /** The timeout that the server granted, in milliseconds; 0 before it did. */
  int grantedSessionTimeoutMs() {
    return super.getSessionTimeout();
  }
}
