package org.stellwerk.runtime.heartbeat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.time.Clock;

/**
 * Watches peers from which something should be heard at least once per timeout. Component of one
 * endpoint, in its main thread; soft state. One timer for all peers, armed for the earliest
 * deadline, so that hearing from a peer costs one map access and no timer.
 *
 * <p>A timer that fires late shows that this process itself stood still, and what peers sent
 * meanwhile waits to be read: then a tenth of the timeout passes before anybody is called silent.
 *
 * @param <I> what names a peer
 */
public final class HeartbeatMonitor<I> {

  private final HeartbeatListener<I> listener;
  private final ComponentMainThreadExecutor mainThread;
  private final Clock clock;
  private final long timeoutNanos;
  private final long latenessNanos;
  private final Map<I, Long> lastHeardNanos = new LinkedHashMap<>();
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
    this.listener = listener;
    this.mainThread = mainThread;
    this.clock = clock;
  }

  /** Begins to watch; the peer counts as heard of now. */
  public void monitor(I peer) {
    lastHeardNanos.put(peer, clock.relativeTimeNanos());
    if (timer == null) {
      arm(timeoutNanos);
    }
  }

  /** Ceases to watch; the peer is not reported any more. */
  public void unmonitor(I peer) {
    lastHeardNanos.remove(peer);
  }

  /** Something was heard of the peer; ignored if it is not watched. */
  public void heardFrom(I peer) {
    lastHeardNanos.computeIfPresent(peer, (ignored, before) -> clock.relativeTimeNanos());
  }

  /**
   * Whether nothing was heard of the peer for half the timeout: enough to believe somebody else for
   * whom it has been silent all the time. True also of one that is not watched.
   */
  public boolean seemsSilent(I peer) {
    Long heard = lastHeardNanos.get(peer);
    return heard == null || clock.relativeTimeNanos() - heard >= timeoutNanos / 2;
  }

  /** Whether the peer is watched. */
  public boolean isMonitored(I peer) {
    return lastHeardNanos.containsKey(peer);
  }

  /** Ceases to watch everything. */
  public void stop() {
    lastHeardNanos.clear();
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
    if (now - dueNanos > latenessNanos && !postponed && !lastHeardNanos.isEmpty()) {
      postponed = true;
      arm(latenessNanos);
      return;
    }
    postponed = false;
    for (I peer : new ArrayList<>(lastHeardNanos.keySet())) {
      Long heard = lastHeardNanos.get(peer);
      if (heard != null && now - heard >= timeoutNanos) {
        lastHeardNanos.remove(peer);
        listener.notifyHeartbeatTimeout(peer);
      }
    }
    disarm();
    lastHeardNanos.values().stream()
        .min(Long::compare)
        .ifPresent(oldest -> arm(oldest + timeoutNanos - now));
  }
}
