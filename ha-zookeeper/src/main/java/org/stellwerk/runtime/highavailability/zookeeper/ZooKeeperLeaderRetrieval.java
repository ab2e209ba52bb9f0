package org.stellwerk.runtime.highavailability.zookeeper;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.ConnectionStateListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.leaderelection.CallbackQueue;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;

/**
 * Tells one listener what the leader published. While ZooKeeper cannot be reached, what was told
 * last stands: no news is not "no leader". It is told to be reachable again when what the leader
 * published was read again. Thread-safe.
 */
final class ZooKeeperLeaderRetrieval implements LeaderRetrievalService {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperLeaderRetrieval.class);

  private final Object lock = new Object();
  private final CuratorFramework client;
  private final CallbackQueue callbacks;
  private @Nullable CuratorCache watch;
  private boolean started;
  private volatile boolean closed;
  private @Nullable LeaderInformation told;
  private boolean toldOnce;
  private boolean reachable = true;
  private @Nullable ConnectionStateListener connectionListener;

  ZooKeeperLeaderRetrieval(CuratorFramework client, Executor io) {
    this.client = client;
    this.callbacks = new CallbackQueue(io);
  }

  @Override
  public void start(LeaderRetrievalListener listener) {
    Objects.requireNonNull(listener, "listener");
    synchronized (lock) {
      if (started || closed) {
        throw new IllegalStateException("This leader retrieval was already started or closed");
      }
      started = true;
      watch = LeaderNode.watch(client, callbacks, leader -> tell(listener, leader));
      ConnectionStateListener states = (ignored, state) -> onConnection(listener, state);
      client.getConnectionStateListenable().addListener(states);
      connectionListener = states;
    }
  }

  /** After a reconnection the watch reads again what the leader published, and tells it. */
  private void onConnection(LeaderRetrievalListener listener, ConnectionState state) {
    if (!state.isConnected()) {
      callbacks.execute(() -> tellReachable(listener, false));
    }
  }

  private void tellReachable(LeaderRetrievalListener listener, boolean now) {
    if (!closed && now != reachable) {
      reachable = now;
      LOG.debug("Who leads can {}be asked.", now ? "" : "not ");
      listener.notifyReachable(now);
    }
  }

  /** What was read may be what was read before. */
  private void tell(LeaderRetrievalListener listener, Optional<LeaderInformation> leader) {
    if (closed) {
      return;
    }
    if (!toldOnce || !leader.equals(Optional.ofNullable(told))) {
      told = leader.orElse(null);
      toldOnce = true;
      LOG.debug("The leader is {}", leader);
      try {
        listener.notifyLeader(leader);
      } catch (RuntimeException e) {
        listener.handleError(e);
      }
    }
    if (client.getZookeeperClient().isConnected()) {
      tellReachable(listener, true);
    }
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    CuratorCache ended;
    synchronized (lock) {
      closed = true;
      if (connectionListener != null) {
        client.getConnectionStateListenable().removeListener(connectionListener);
      }
      ended = watch;
      watch = null;
    }
    if (ended != null) {
      ended.close();
    }
    return callbacks.flush();
  }
}
