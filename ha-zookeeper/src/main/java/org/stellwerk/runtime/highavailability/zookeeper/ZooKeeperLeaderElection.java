package org.stellwerk.runtime.highavailability.zookeeper;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.curator.framework.api.UnhandledErrorListener;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.ConnectionStateListener;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.leaderelection.CallbackQueue;
import org.stellwerk.runtime.leaderelection.LeaderContender;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.util.IdGenerator;

/**
 * One process's candidacy: a Curator latch, one for all components of the process (FLIP-285). Each
 * time the latch is won a session with a fresh id begins; it stands by the latch node with which it
 * was won and ends when the server ended ZooKeeper's session, when the latch node is gone (a watch
 * or a refused write tells; then the process contends anew), or with {@link #closeAsync()}. A
 * suspended connection ends nothing.
 *
 * <p>What the leader confirmed is published, and again whenever somebody changed or removed it.
 *
 * <p>Thread-safe. Curator's listeners only note what happened and hand it to a queue; the contender
 * is called from there, under nobody's lock. Nothing of Curator is called under this class's lock.
 */
final class ZooKeeperLeaderElection implements LeaderElection, LatchFence {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperLeaderElection.class);
  private static final String LATCH_PATH = "/latch";

  private final Object lock = new Object();
  private final CuratorFramework client;
  private final IdGenerator ids;
  private final FencedTransactions transactions;
  private final CallbackQueue callbacks;
  private final CallbackQueue publications;
  private final ConnectionStateListener connectionListener = this::onConnectionState;
  private final UnhandledErrorListener errorListener = this::onUnhandledError;

  private @Nullable LeaderContender contender;
  private @Nullable LeaderLatch latch;
  private @Nullable Session session;
  private @Nullable CompletableFuture<Void> closed;

  /** Of the queue of publications. */
  private @Nullable CuratorCache watch;

  /**
   * A candidacy that has not begun.
   *
   * @param io runs callbacks and publications
   * @param storeCalls runs the blocking calls of the stores
   */
  ZooKeeperLeaderElection(
      CuratorFramework client, IdGenerator ids, Executor io, Executor storeCalls) {
    this.client = client;
    this.ids = ids;
    this.transactions = new FencedTransactions(client, this, storeCalls);
    this.callbacks = new CallbackQueue(io);
    this.publications = new CallbackQueue(io);
  }

  FencedTransactions transactions() {
    return transactions;
  }

  @Override
  public void startLeaderElection(LeaderContender newContender) {
    Objects.requireNonNull(newContender, "contender");
    synchronized (lock) {
      if (contender != null || closed != null) {
        throw new IllegalStateException("This leader election was already started or closed");
      }
      contender = newContender;
    }
    publications.execute(this::begin);
  }

  /** Runs in the queue of publications, where the candidacy ends, too: it ends after it began. */
  private void begin() {
    client.getConnectionStateListenable().addListener(connectionListener);
    client.getUnhandledErrorListenable().addListener(errorListener);
    watch = LeaderNode.watch(client, publications, this::correct);
    contend();
  }

  /** Runs in the queue of publications, where latches end, too: none ends before it has started. */
  private void contend() {
    LeaderLatch newLatch =
        new LeaderLatch(client, LATCH_PATH, "pid-" + ProcessHandle.current().pid());
    newLatch.addListener(new LatchListener(newLatch));
    synchronized (lock) {
      if (closed != null) {
        return;
      }
      latch = newLatch;
    }
    try {
      newLatch.start();
    } catch (Exception e) {
      fail(new IOException("The leader latch cannot be started: " + e, e));
    }
  }

  @Override
  public CompletableFuture<Void> confirmLeadership(LeaderInformation leaderInformation) {
    Session confirmed;
    synchronized (lock) {
      confirmed = session;
      if (confirmed == null || !confirmed.id().equals(leaderInformation.sessionId())) {
        LOG.debug("Ignoring a late confirmation of session {}", leaderInformation.sessionId());
        return CompletableFuture.completedFuture(null);
      }
    }
    confirmed.confirmed().set(leaderInformation);
    CompletableFuture<Void> published = new CompletableFuture<>();
    publications.execute(() -> publish(leaderInformation, published));
    return published;
  }

  /** Runs in the queue of publications. */
  private void publish(LeaderInformation information, CompletableFuture<Void> published) {
    try {
      LeaderNode.publish(transactions, information);
      LOG.debug("Published {}", information);
      published.complete(null);
    } catch (NotLeaderException e) {
      LOG.debug("Session {} ended before it was published", information.sessionId());
      published.complete(null);
    } catch (Exception e) {
      String what = "publish the leader of session " + information.sessionId();
      Exception failure = failure(what, e);
      if (failure instanceof StoreUnavailableException) {
        LOG.warn("{}; it will be published when ZooKeeper is back", failure.getMessage());
      } else {
        fail(failure);
      }
      published.completeExceptionally(failure);
    }
  }

  /** Runs in the queue of publications. */
  private void correct(Optional<LeaderInformation> found) {
    LeaderInformation expected;
    synchronized (lock) {
      expected = session == null ? null : session.confirmed().get();
    }
    if (expected != null && !found.equals(Optional.of(expected))) {
      LOG.info("Publishing session {} again; found {}", expected.sessionId(), found);
      publish(expected, new CompletableFuture<>());
    }
  }

  @Override
  public boolean hasLeadership(UUID leaderSessionId) {
    return latchNodeOf(leaderSessionId).isPresent();
  }

  @Override
  public Optional<String> latchNodeOf(UUID leaderSessionId) {
    synchronized (lock) {
      return session != null && session.id().equals(leaderSessionId)
          ? Optional.of(session.latchNode())
          : Optional.empty();
    }
  }

  /**
   * Runs in the queue of publications. The latch may delete its own node though it leads: when it
   * made two, of which the answers came late. A watch tells of one change, whichever, so it is set
   * again; it is always the same object, of which ZooKeeper's client keeps one.
   */
  private void guard(Session guarded) {
    try {
      String node = guarded.latchNode();
      if (client.checkExists().usingWatcher(guarded.watch()).forPath(node) == null) {
        onLatchNodeGone(guarded.id());
      }
    } catch (Exception e) {
      LOG.debug("The latch node is watched when ZooKeeper is back: {}", e.toString());
    }
  }

  /** Called by ZooKeeper's client; that the connection comes and goes leaves the watch in place. */
  private void onLatchNodeEvent(UUID leaderSessionId, WatchedEvent event) {
    if (event.getType() != Watcher.Event.EventType.None) {
      publications.execute(
          () -> {
            Session current;
            synchronized (lock) {
              current = session;
            }
            if (current != null && current.id().equals(leaderSessionId)) {
              guard(current);
            }
          });
    }
  }

  @Override
  public void onLatchNodeGone(UUID leaderSessionId) {
    LeaderLatch lost;
    synchronized (lock) {
      if (session == null || !session.id().equals(leaderSessionId)) {
        return;
      }
      endSession("ZooKeeper no longer has its latch node");
      lost = latch;
      latch = null;
    }
    if (lost != null) {
      publications.execute(
          () -> {
            closeQuietly(lost);
            contend();
          });
    }
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    CompletableFuture<Void> result = new CompletableFuture<>();
    LeaderLatch ended;
    Session last;
    synchronized (lock) {
      if (closed != null) {
        return closed;
      }
      closed = result;
      if (contender == null) {
        result.complete(null);
        return result;
      }
      last = session;
      endSession("its election was closed");
      ended = latch;
      latch = null;
    }
    publications.execute(() -> end(last, ended));
    publications
        .flush()
        .thenCompose(ignored -> callbacks.flush())
        .thenRun(() -> result.complete(null));
    return result;
  }

  /** Runs in the queue of publications. */
  private void end(@Nullable Session last, @Nullable LeaderLatch ended) {
    client.getConnectionStateListenable().removeListener(connectionListener);
    client.getUnhandledErrorListenable().removeListener(errorListener);
    if (watch != null) {
      watch.close();
      watch = null;
    }
    if (last != null) {
      unpublish(last);
    }
    if (ended != null) {
      closeQuietly(ended);
    }
  }

  /** The contender stops when it is told; nobody is to find its address from now on. */
  private void unpublish(Session last) {
    if (last.confirmed().get() == null || !client.getZookeeperClient().isConnected()) {
      return;
    }
    try {
      client
          .transaction()
          .forOperations(
              client.transactionOp().check().forPath(last.latchNode()),
              client.transactionOp().delete().forPath(LeaderNode.PATH));
    } catch (Exception e) {
      LOG.debug("The leader's node goes with the session: {}", e.toString());
    }
  }

  /** Under the lock. */
  private void endSession(String reason) {
    Session ended = session;
    LeaderContender revoked = contender;
    if (ended != null && revoked != null) {
      session = null;
      LOG.info("Leadership of session {} is over: {}", ended.id(), reason);
      callbacks.deliver(revoked::revokeLeadership, revoked::handleError);
    }
  }

  private void onConnectionState(CuratorFramework source, ConnectionState state) {
    if (state == ConnectionState.RECONNECTED) {
      publications.execute(this::takeUpAgain);
    }
  }

  private void takeUpAgain() {
    Session current;
    synchronized (lock) {
      current = session;
    }
    if (current == null) {
      return;
    }
    guard(current);
    LeaderInformation expected = current.confirmed().get();
    if (expected != null) {
      publish(expected, new CompletableFuture<>());
    }
  }

  private void onUnhandledError(String message, Throwable failure) {
    if (Transience.isTransient(failure)) {
      LOG.debug("ZooKeeper: {}: {}", message, failure.toString());
    } else {
      fail(failure("contend (" + message + ")", failure));
    }
  }

  private IOException failure(String what, Throwable cause) {
    return cause instanceof KeeperException answered
        ? Transience.failure(what, client.getNamespace(), answered)
        : new IOException("The ZooKeeper client cannot " + what + ": " + cause, cause);
  }

  private void fail(Exception failure) {
    LeaderContender told;
    synchronized (lock) {
      told = closed == null ? contender : null;
    }
    if (told != null) {
      callbacks.execute(() -> told.handleError(failure));
    }
  }

  private static void closeQuietly(LeaderLatch ended) {
    try {
      ended.close(LeaderLatch.CloseMode.SILENT);
    } catch (IOException | IllegalStateException e) {
      LOG.debug("The latch goes with the session: {}", e.toString());
    }
  }

  /** Called by Curator under the latch's lock, so it does no more than take notes. */
  private final class LatchListener implements LeaderLatchListener {

    private final LeaderLatch source;

    LatchListener(LeaderLatch source) {
      this.source = source;
    }

    @Override
    public void isLeader() {
      synchronized (lock) {
        LeaderContender granted = contender;
        if (latch == source && closed == null && granted != null) {
          UUID id = ids.nextUuid();
          Session won =
              new Session(
                  id,
                  source.getLastPathIsLeader(),
                  event -> onLatchNodeEvent(id, event),
                  new AtomicReference<>());
          session = won;
          LOG.info("Leadership granted with session {}", won.id());
          callbacks.deliver(() -> granted.grantLeadership(won.id()), granted::handleError);
          publications.execute(() -> guard(won));
        }
      }
    }

    @Override
    public void notLeader() {
      synchronized (lock) {
        if (latch == source) {
          endSession("ZooKeeper ended its session");
        }
      }
    }
  }

  /** A leader session: what it stands by and who watches that, and what it published. */
  private record Session(
      UUID id,
      String latchNode,
      CuratorWatcher watch,
      AtomicReference<@Nullable LeaderInformation> confirmed) {}
}
