package org.stellwerk.rpc.akka;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ScheduledExecutor;

/**
 * Watches the processes that a service is connected to, either way: a {@link PeerLifeline} for
 * each, and a {@link WayCheck} when calls to it are not answered. Thread-safe.
 */
final class PeerWatch implements PeerLifeline.Surroundings, WayCheck.Surroundings {

  private static final Logger LOG = LoggerFactory.getLogger(PeerWatch.class);

  private final Peers peers;
  private final RemoteConnector connector;
  private final ScheduledExecutor timers;
  private final Lifelines lifelines;
  private final Renewals renewals;

  PeerWatch(
      Peers peers,
      RemoteConnector connector,
      ScheduledExecutor timers,
      Lifelines lifelines,
      Renewals renewals) {
    this.peers = peers;
    this.connector = connector;
    this.timers = timers;
    this.lifelines = lifelines;
    this.renewals = renewals;
  }

  /** Begins to watch a peer that has just been heard of. */
  void begin(Peer peer) {
    peer.checkedBy(new WayCheck(peer, this, System::nanoTime));
    connector
        .resolve(peer.address())
        .whenComplete(
            (address, failure) -> {
              if (failure != null) {
                LOG.warn("{} cannot be watched: {}", peer.address(), failure.getMessage());
              } else {
                PeerLifeline lifeline = new PeerLifeline(peer, address, this);
                peer.watchedBy(lifeline);
                lifeline.connect();
              }
            });
  }

  @Override
  public void gone(Peer peer, String reason) {
    peers.gone(peer, reason);
  }

  @Override
  public CompletableFuture<Long> incarnationAt(Peer peer) {
    return connector.incarnationAt(peer.address());
  }

  @Override
  public CompletableFuture<Long> incarnationAt(Peer peer, Duration timeout) {
    return connector.incarnationAt(peer.address(), timeout);
  }

  @Override
  public CompletableFuture<Boolean> knock(Peer peer, Duration timeout) {
    return connector.knockAt(peer.address(), timeout);
  }

  @Override
  public CompletableFuture<Void> echo() {
    return connector.echo();
  }

  @Override
  public CompletableFuture<Long> renew(Peer peer, Duration timeout) {
    renewals.renew(peer.address());
    return connector.renewalBy(peer.address(), timeout);
  }

  @Override
  public void replaced(Peer peer) {
    peers.gone(peer, PeerLifeline.REPLACED);
  }

  @Override
  public ScheduledExecutor timers() {
    return timers;
  }

  @Override
  public Runnable open(InetSocketAddress address, Lifelines.Holder holder) {
    return lifelines.open(address, holder)::close;
  }

  void close() {
    lifelines.close();
  }
}
