package org.stellwerk.rpc.akka;

import akka.actor.Address;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.rpc.PeerListener;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;

/**
 * The processes that this one has gateways to, or that have gateways to this one. When one is gone,
 * its pending calls fail at once, later ones too, and the listeners hear of it. Thread-safe.
 */
final class Peers {

  /** How often calls are looked through for those that wait. */
  static final long CHECK_MS = 250;

  private static final Duration SUSPICIOUS = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

  private final PendingCalls calls;
  private final Map<String, Peer> byAddress = new ConcurrentHashMap<>();
  private final List<PeerListener> listeners = new CopyOnWriteArrayList<>();
  private final Consumer<Peer> aftermath;
  private volatile @Nullable PeerWatch watch;
  private volatile boolean closed;

  /**
   * No peers yet.
   *
   * @param aftermath what else a peer's end means, besides the failure of its calls
   */
  Peers(PendingCalls calls, Consumer<Peer> aftermath) {
    this.calls = calls;
    this.aftermath = aftermath;
  }

  /** To be called before the first peer is heard of. */
  void watchedBy(PeerWatch peerWatch) {
    watch = peerWatch;
  }

  void addListener(PeerListener listener) {
    listeners.add(listener);
  }

  void removeListener(PeerListener listener) {
    listeners.remove(listener);
  }

  /** The peer of whom a handshake came; an earlier one at the same address is gone. */
  Peer connected(String address, long incarnation) {
    Peer[] replaced = new Peer[1];
    Peer[] added = new Peer[1];
    Peer peer =
        byAddress.compute(
            address,
            (key, known) -> {
              if (known != null && known.incarnation() == incarnation && known.whyGone() == null) {
                return known;
              }
              replaced[0] = known;
              added[0] = new Peer(address, incarnation);
              return added[0];
            });
    if (replaced[0] != null) {
      gone(replaced[0], PeerLifeline.REPLACED);
    }
    PeerWatch watching = watch;
    if (added[0] != null && watching != null && !closed) {
      watching.begin(peer);
    }
    return peer;
  }

  /** The peer at the address has said goodbye. */
  void goodbye(String address, long incarnation) {
    Peer known = byAddress.get(address);
    if (known != null && known.incarnation() == incarnation) {
      gone(known, "it has shut down its RPC service");
    }
  }

  /** The peer is gone; what this means happens once. */
  void gone(Peer peer, String reason) {
    if (closed || !peer.markGone(reason)) {
      return;
    }
    byAddress.remove(peer.address(), peer);
    LOG.info("The process at {} is gone: {}.", peer.address(), reason);
    calls.failAll(call -> call.target().peer() == peer, () -> unreachable(peer.address(), reason));
    aftermath.accept(peer);
    for (PeerListener listener : listeners) {
      try {
        listener.onPeerGone(peer.address(), reason);
      } catch (RuntimeException e) {
        LOG.error("A listener failed to hear that {} is gone.", peer.address(), e);
      }
    }
  }

  /** Who lives at an address, as far as is known. */
  Optional<Peer> at(Address address) {
    return Optional.ofNullable(byAddress.get(address.toString()));
  }

  /** Checks the ways to processes that leave calls unanswered. */
  void checkWaitedFor() {
    for (Peer peer : calls.waitedFor(SUSPICIOUS)) {
      WayCheck check = peer.wayCheck();
      if (check != null && !closed) {
        checkIfDue(peer, check);
      }
    }
  }

  /** A failure must not end the timer that leads here, nor the checks of other peers. */
  private static void checkIfDue(Peer peer, WayCheck check) {
    try {
      check.runIfDue();
    } catch (RuntimeException e) {
      LOG.error("The way to {} could not be checked.", peer.address(), e);
    }
  }

  /** Whether who lives at the address answers; see RpcService. */
  CompletableFuture<Boolean> answers(String address) {
    Peer peer = byAddress.get(address);
    WayCheck check = peer == null ? null : peer.wayCheck();
    return check == null ? CompletableFuture.completedFuture(false) : check.verdict();
  }

  /** Who lives at an address, as far as is known, and has answered a connection. */
  Optional<Peer> reachedAt(String address) {
    return Optional.ofNullable(byAddress.get(address)).filter(Peer::isReached);
  }

  /** The addresses of all peers. */
  List<String> addresses() {
    return List.copyOf(byAddress.keySet());
  }

  /** The service ends: nobody is told of anything any more. */
  void close() {
    closed = true;
    PeerWatch watching = watch;
    if (watching != null) {
      watching.close();
    }
  }

  /** The failure of calls to a peer that is gone. */
  static RecipientUnreachableException unreachable(String address, String reason) {
    return new RecipientUnreachableException(
        "The process at " + address + " is gone: " + reason + ".");
  }
}
