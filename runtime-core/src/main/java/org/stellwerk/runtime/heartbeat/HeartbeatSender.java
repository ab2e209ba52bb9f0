package org.stellwerk.runtime.heartbeat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.time.Clock;
import org.stellwerk.util.ExceptionUtils;

/**
 * Beats peers at the interval, and watches that they answer. A beat is a call whose payload the
 * target makes for its peer; its answer is the peer's sign of life, so that one exchange serves
 * both sides. Component of one endpoint, in its main thread; soft state.
 *
 * <p>The first beat is sent within an interval, and not at once, for it would tell what the
 * registration has just told. A beat goes before its turn if there is news, but none within half an
 * interval of the one before: what a peer concludes from two beats in a row was true for some time.
 *
 * <p>A beat that the peer rejects proves only that its process is there: it is no sign of life of
 * the peer, so that a rejection which the target does not act upon ends in the timeout.
 *
 * @param <I> what names a peer
 */
public final class HeartbeatSender<I> {

  /** Makes and sends one beat. */
  @FunctionalInterface
  public interface Target {
    /** The answer; the target itself acts upon a rejection, by registering again. */
    CompletableFuture<?> beat();
  }

  private final HeartbeatConfig config;
  private final HeartbeatListener<I> listener;
  private final ComponentMainThreadExecutor mainThread;
  private final HeartbeatMonitor<I> monitor;
  private final Clock clock;
  private final Map<I, Peer> peers = new LinkedHashMap<>();
  private @Nullable ScheduledFuture<?> timer;

  public HeartbeatSender(
      HeartbeatConfig config,
      HeartbeatListener<I> listener,
      ComponentMainThreadExecutor mainThread,
      Clock clock) {
    this.config = config;
    this.listener = listener;
    this.mainThread = mainThread;
    this.clock = clock;
    this.monitor =
        new HeartbeatMonitor<>(config.timeout(), new ForgettingListener(), mainThread, clock);
  }

  /** Begins to beat and watch a peer; replaces a former target of the same peer. */
  public void monitor(I id, Target target) {
    Peer peer = new Peer(target);
    peer.lastBeatMs = clock.relativeTimeMillis() - config.interval().toMillis();
    forget(id);
    peers.put(id, peer);
    monitor.monitor(id);
    if (timer == null) {
      arm();
    }
  }

  /**
   * Beats a peer before its turn, as the payload has changed: now, or when half an interval has
   * passed since the last beat. Nothing if it is not monitored.
   */
  public void beatSoon(I id) {
    Peer peer = peers.get(id);
    if (peer == null || peer.early != null) {
      return;
    }
    long distance = config.interval().toMillis() / 2;
    long wait = peer.lastBeatMs + distance - clock.relativeTimeMillis();
    if (wait <= 0) {
      beat(id, peer);
    } else {
      peer.early = mainThread.schedule(() -> beat(id, peer), wait, TimeUnit.MILLISECONDS);
    }
  }

  /** Ceases to beat and watch a peer. */
  public void unmonitor(I id) {
    forget(id);
    monitor.unmonitor(id);
  }

  private void forget(I id) {
    Peer peer = peers.remove(id);
    if (peer != null) {
      peer.disarm();
    }
  }

  /** Ceases altogether. */
  public void stop() {
    peers.values().forEach(Peer::disarm);
    peers.clear();
    monitor.stop();
    ScheduledFuture<?> armed = timer;
    timer = null;
    if (armed != null) {
      armed.cancel(false);
    }
  }

  private void arm() {
    timer = mainThread.schedule(this::beatAll, config.interval().toNanos(), TimeUnit.NANOSECONDS);
  }

  private void beatAll() {
    timer = null;
    if (!peers.isEmpty()) {
      arm();
    }
    long recently = clock.relativeTimeMillis() - config.interval().toMillis() / 2;
    new LinkedHashMap<>(peers)
        .forEach(
            (id, peer) -> {
              if (peer.lastBeatMs <= recently) {
                beat(id, peer);
              }
            });
  }

  private void beat(I id, Peer peer) {
    if (peers.get(id) != peer) {
      return;
    }
    peer.disarm();
    peer.lastBeatMs = clock.relativeTimeMillis();
    peer.target
        .beat()
        .whenCompleteAsync((answer, failure) -> onAnswer(id, peer, failure), mainThread);
  }

  private void onAnswer(I id, Peer peer, @Nullable Throwable failure) {
    if (peers.get(id) != peer) {
      return;
    }
    if (failure == null) {
      peer.failuresInARow = 0;
      monitor.heardFrom(id);
      return;
    }
    if (ExceptionUtils.findThrowable(failure, RecipientUnreachableException.class).isPresent()) {
      peer.failuresInARow++;
      if (config.failedRpcThreshold() >= 0
          && peer.failuresInARow >= Math.max(1, config.failedRpcThreshold())) {
        unmonitor(id);
        listener.notifyTargetUnreachable(id);
      }
    } else if (ExceptionUtils.findThrowable(failure, TimeoutException.class).isEmpty()) {
      peer.failuresInARow = 0;
    }
  }

  private static final class Peer {
    private final Target target;
    private int failuresInARow;
    private long lastBeatMs;
    private @Nullable ScheduledFuture<?> early;

    Peer(Target target) {
      this.target = target;
    }

    void disarm() {
      ScheduledFuture<?> armed = early;
      early = null;
      if (armed != null) {
        armed.cancel(false);
      }
    }
  }

  private final class ForgettingListener implements HeartbeatListener<I> {
    @Override
    public CompletableFuture<Boolean> answers(I peer) {
      return listener.answers(peer);
    }

    @Override
    public void notifyHeartbeatTimeout(I peer) {
      forget(peer);
      listener.notifyHeartbeatTimeout(peer);
    }

    @Override
    public void notifyTargetUnreachable(I peer) {
      throw new IllegalStateException("A monitor sends nothing");
    }
  }
}
