package org.stellwerk.runtime.heartbeat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.rpc.PeerListener;
import org.stellwerk.time.Clock;

/**
 * The peers of one kind that an endpoint is connected with, in the order of their first
 * registration; each is watched by a {@link HeartbeatMonitor} as long as it is in here. Component
 * of the endpoint, in its main thread; soft state.
 *
 * @param <I> what names a peer
 * @param <P> the connection to it
 */
public final class MonitoredPeers<I, P> {

  private final Map<I, P> peers = new LinkedHashMap<>();
  private final HeartbeatMonitor<I> monitor;

  /**
   * No peers.
   *
   * @param onSilence hears of a peer of which nothing was heard for the timeout; it is still in
   *     here, but no longer watched
   * @param answers asks a peer's process whether it answers otherwise
   */
  public MonitoredPeers(
      Duration timeout,
      Consumer<I> onSilence,
      Function<P, CompletableFuture<Boolean>> answers,
      ComponentMainThreadExecutor mainThread,
      Clock clock) {
    this.monitor =
        new HeartbeatMonitor<>(timeout, new SilenceListener(onSilence, answers), mainThread, clock);
  }

  /** Takes a peer in, and watches it; returns its former connection. */
  public @Nullable P put(I id, P peer) {
    monitor.monitor(id);
    return peers.put(id, peer);
  }

  public @Nullable P get(I id) {
    return peers.get(id);
  }

  /** Lets go of a peer; returns its connection if it had one. */
  public @Nullable P remove(I id) {
    monitor.unmonitor(id);
    return peers.remove(id);
  }

  /** Something was heard of a peer. */
  public void heardFrom(I id) {
    monitor.heardFrom(id);
  }

  /** Whether what others say about a peer's silence agrees with what is known here. */
  public boolean seemsSilent(I id) {
    return monitor.seemsSilent(id);
  }

  /** All connections, as they are now. */
  public List<P> all() {
    return List.copyOf(peers.values());
  }

  /** The connections to endpoints of a process. */
  public List<P> at(String process, Function<P, String> address) {
    return peers.values().stream()
        .filter(peer -> PeerListener.isAt(address.apply(peer), process))
        .toList();
  }

  /** The names of all peers. */
  public List<I> ids() {
    return List.copyOf(peers.keySet());
  }

  public int size() {
    return peers.size();
  }

  /** Watches nobody any more; they all stay in here. */
  public void stopMonitoring() {
    monitor.stop();
  }

  private final class SilenceListener implements HeartbeatListener<I> {

    private final Consumer<I> onSilence;
    private final Function<P, CompletableFuture<Boolean>> answers;

    SilenceListener(Consumer<I> onSilence, Function<P, CompletableFuture<Boolean>> answers) {
      this.onSilence = onSilence;
      this.answers = answers;
    }

    @Override
    public CompletableFuture<Boolean> answers(I id) {
      P peer = peers.get(id);
      return peer == null ? CompletableFuture.completedFuture(false) : answers.apply(peer);
    }

    @Override
    public void notifyHeartbeatTimeout(I peer) {
      onSilence.accept(peer);
    }

    @Override
    public void notifyTargetUnreachable(I peer) {
      throw new IllegalStateException("A monitor sends nothing");
    }
  }
}
