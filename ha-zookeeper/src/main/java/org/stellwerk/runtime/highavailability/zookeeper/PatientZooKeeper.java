package org.stellwerk.runtime.highavailability.zookeeper;

import java.io.IOException;
import java.lang.reflect.Field;
import org.apache.zookeeper.ClientCnxn;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ZooKeeper client whose session only the server ends. Both Curator and, since 3.9.2
 * (ZOOKEEPER-4508), the client itself throw a session away once they have been without connection
 * for about its timeout. By a clock of their own, which proves nothing: a server that restarts
 * gives every session its full time again, and a leader that could have gone on is deposed.
 *
 * <p>Neither has a switch for it. Curator takes the time from {@link #getSessionTimeout()}, so this
 * class answers the longest there is (24 days) and keeps the real one to itself. The client keeps
 * the time in a private field, which is set anew after each connect; where a version has no such
 * field, it has no such clock. The test that restarts ZooKeeper fails if this stops working.
 */
@SuppressWarnings("try") // its close() may be interrupted, as in the class above it
final class PatientZooKeeper extends ZooKeeper {

  private static final Logger LOG = LoggerFactory.getLogger(PatientZooKeeper.class);

  private PatientZooKeeper(
      String connectString, int sessionTimeoutMs, PatientWatcher watcher, boolean canBeReadOnly)
      throws IOException {
    super(connectString, sessionTimeoutMs, watcher, canBeReadOnly, new ClientSettings());
  }

  /** A client that tells the watcher about its connection. */
  static PatientZooKeeper open(
      String connectString, int sessionTimeoutMs, Watcher watcher, boolean canBeReadOnly)
      throws IOException {
    PatientWatcher patient = new PatientWatcher(watcher);
    PatientZooKeeper client =
        new PatientZooKeeper(connectString, sessionTimeoutMs, patient, canBeReadOnly);
    patient.connection = client.cnxn;
    if (client.getState().isConnected()) {
      stopClock(client.cnxn);
    }
    return client;
  }

  @Override
  public int getSessionTimeout() {
    return Integer.MAX_VALUE;
  }

  /** The timeout that the server granted, in milliseconds; 0 before it did. */
  int grantedSessionTimeoutMs() {
    return super.getSessionTimeout();
  }

  private static void stopClock(ClientCnxn connection) {
    try {
      Field clock = ClientCnxn.class.getDeclaredField("expirationTimeout");
      clock.setAccessible(true);
      clock.setInt(connection, Integer.MAX_VALUE);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.debug("This ZooKeeper client has no clock that ends sessions: {}", e.toString());
    }
  }

  private static final class PatientWatcher implements Watcher {

    private final Watcher watcher;
    private volatile @Nullable ClientCnxn connection;

    PatientWatcher(Watcher watcher) {
      this.watcher = watcher;
    }

    @Override
    public void process(WatchedEvent event) {
      ClientCnxn connected = connection;
      if (connected != null && event.getState() == KeeperState.SyncConnected) {
        stopClock(connected);
      }
      watcher.process(event);
    }
  }
}
