package org.stellwerk.runtime.heartbeat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.time.Clock;

/**
 * Watches peers from which something should be heard at least once per timeout. Component of one
 * endpoint, in its main thread; soft state. One timer for all peers, armed for the earliest
 * deadline, so that hearing from a peer costs one map access and no timer.
 *
 * <p>Silence may be that of the connection alone. So a peer of which nothing was heard for the
 * timeout is asked whether it answers otherwise, and if it does, it has a fifth of the timeout to
 * be heard again; once, until it is. One that does not answer is gone then.
 *
 * <p>A timer that fires late shows that this process itself stood still, and what peers sent
 * meanwhile waits to be read: then a tenth of the timeout passes before anybody is called silent.
 *
 * @param <I> what names a peer
 */
public final class HeartbeatMonitor<I> {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatMonitor.class);

  private final HeartbeatListener<I> listener;
  private final ComponentMainThreadExecutor mainThread;
  private final Clock clock;
  private final long timeoutNanos;
  private final long latenessNanos;
  private final long graceNanos;
  private final Map<I, Watched> peers = new LinkedHashMap<>();
  private @Nullable ScheduledFuture<?> timer;
  private long dueNanos;
  private boolean postponed;

  public HeartbeatMonitor(
      Duration timeout,
      HeartbeatListener<I> listener,
      ComponentMainThreadExecutor mainThread,
      Clock clock) {
    this.timeoutNanos = timeout.toNanos();
    this.latenessNanos = timeoutNanos / 10;
    this.graceNanos = timeoutNanos / 5;
    this.listener = listener;
    this.mainThread = mainThread;
    this.clock = clock;
  }

  /** Begins to watch; the peer counts as heard of now. */
  public void monitor(I peer) {
    peers.put(peer, new Watched(clock.relativeTimeNanos()));
    if (timer == null) {
      arm(timeoutNanos);
    }
  }

  /** Ceases to watch; the peer is not reported any more. */
  public void unmonitor(I peer) {
    peers.remove(peer);
  }

  /** Something was heard of the peer; ignored if it is not watched. */
  public void heardFrom(I peer) {
    Watched watched = peers.get(peer);
    if (watched != null) {
      watched.heard(clock.relativeTimeNanos());
    }
  }

  /**
   * Whether nothing was heard of the peer for half the timeout: enough to believe somebody else for
   * whom it has been silent all the time. True also of one that is not watched.
   */
  public boolean seemsSilent(I peer) {
    Watched watched = peers.get(peer);
    return watched == null || clock.relativeTimeNanos() - watched.heardNanos >= timeoutNanos / 2;
  }

  /** Whether the peer is watched. */
  public boolean isMonitored(I peer) {
    return peers.containsKey(peer);
  }

  /** Ceases to watch everything. */
  public void stop() {
    peers.clear();
    disarm();
  }

  private void arm(long delayNanos) {
    dueNanos = clock.relativeTimeNanos() + delayNanos;
    timer = mainThread.schedule(this::check, delayNanos, TimeUnit.NANOSECONDS);
  }

  private void disarm() {
    ScheduledFuture<?> armed = timer;
    timer = null;
    if (armed != null) {
      armed.cancel(false);
    }
  }

  private void check() {
    timer = null;
    long now = clock.relativeTimeNanos();
    if (now - dueNanos > latenessNanos && !postponed && !peers.isEmpty()) {
      postponed = true;
      arm(latenessNanos);
      return;
    }
    postponed = false;
    for (I peer : new ArrayList<>(peers.keySet())) {
      Watched watched = peers.get(peer);
      if (watched != null && now - watched.heardNanos >= watched.patienceNanos) {
        onSilence(peer, watched);
      }
    }
    armForTheNext();
  }

  private void onSilence(I peer, Watched watched) {
    if (watched.asked) {
      report(peer);
      return;
    }
    watched.asked = true;
    watched.patienceNanos = Long.MAX_VALUE;
    ask(peer)
        .whenCompleteAsync(
            (answers, failure) -> onAnswer(peer, watched, answers != null && answers), mainThread);
  }

  /** Who cannot even be asked does not answer: nobody is watched for ever. */
  private CompletableFuture<Boolean> ask(I peer) {
    try {
      return listener.answers(peer);
    } catch (RuntimeException e) {
      LOG.error("{} could not be asked whether it answers.", peer, e);
      return CompletableFuture.completedFuture(false);
    }
  }

  private void onAnswer(I peer, Watched watched, boolean answers) {
    if (peers.get(peer) != watched || !watched.asked) {
      return;
    }
    if (answers) {
      long silentNanos = clock.relativeTimeNanos() - watched.heardNanos;
      watched.patienceNanos = silentNanos + graceNanos;
      armForTheNext();
    } else {
      report(peer);
    }
  }

  private void report(I peer) {
    peers.remove(peer);
    listener.notifyHeartbeatTimeout(peer);
  }

  private void armForTheNext() {
    disarm();
    long now = clock.relativeTimeNanos();
    peers.values().stream()
        .filter(watched -> watched.patienceNanos < Long.MAX_VALUE)
        .mapToLong(watched -> watched.heardNanos + watched.patienceNanos - now)
        .min()
        .ifPresent(this::arm);
  }

  private final class Watched {
    private long heardNanos;
    private long patienceNanos = timeoutNanos;
    private boolean asked;

    Watched(long nowNanos) {
      this.heardNanos = nowNanos;
    }

    void heard(long nowNanos) {
      heardNanos = nowNanos;
      asked = false;
      if (patienceNanos == Long.MAX_VALUE && timer == null) {
        arm(timeoutNanos);
      }
      patienceNanos = timeoutNanos;
    }
  }
}
