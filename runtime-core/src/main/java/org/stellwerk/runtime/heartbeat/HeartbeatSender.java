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
 * Beats peers, at once and then at the interval, and watches that they answer. A beat is a call
 * whose payload the target makes for its peer; its answer is the peer's sign of life, so that one
 * exchange serves both sides. Component of one endpoint, in its main thread; soft state.
 *
 * <p>The first beat is sent at once, the others with the interval, but none within half an interval
 * of the one before: what a peer concludes from two beats in a row was true for some time.
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
    peers.put(id, peer);
    monitor.monitor(id);
    mainThread.execute(() -> beat(id, peer));
    if (timer == null) {
      arm();
    }
  }

  /** Ceases to beat and watch a peer. */
  public void unmonitor(I id) {
    peers.remove(id);
    monitor.unmonitor(id);
  }

  /** Ceases altogether. */
  public void stop() {
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

    Peer(Target target) {
      this.target = target;
    }
  }

  private final class ForgettingListener implements HeartbeatListener<I> {
    @Override
    public void notifyHeartbeatTimeout(I peer) {
      peers.remove(peer);
      listener.notifyHeartbeatTimeout(peer);
    }

    @Override
    public void notifyTargetUnreachable(I peer) {
      throw new IllegalStateException("A monitor sends nothing");
    }
  }
}
