package org.stellwerk.rpc.akka;

import akka.actor.Address;
import org.jspecify.annotations.Nullable;

/**
 * One life of a service in another process: between its start and its end at an address. Gateways
 * belong to a peer, and none of them works again once it is gone. Thread-safe.
 */
final class Peer {

  private final String address;
  private final long incarnation;
  private volatile @Nullable String whyGone;
  private volatile long goneNanos;
  private volatile boolean reached;
  private @Nullable PeerLifeline lifeline;
  private volatile @Nullable WayCheck wayCheck;

  Peer(String address, long incarnation) {
    this.address = address;
    this.incarnation = incarnation;
  }

  String address() {
    return address;
  }

  long incarnation() {
    return incarnation;
  }

  boolean isAt(Address other) {
    return address.equals(other.toString());
  }

  /** When it was found to be gone; of the next process at its address nothing came before. */
  long goneNanos() {
    return goneNanos;
  }

  /** It has answered a connection of this service, and not only made one to it. */
  void reached() {
    reached = true;
  }

  boolean isReached() {
    return reached;
  }

  /** Null until the peer is watched. */
  @Nullable WayCheck wayCheck() {
    return wayCheck;
  }

  /** How to find out whether it answers. */
  void checkedBy(WayCheck check) {
    wayCheck = check;
  }

  /** Null while the peer lives, as far as is known. */
  @Nullable String whyGone() {
    return whyGone;
  }

  /** Whether it was not gone before. */
  synchronized boolean markGone(String reason) {
    if (whyGone != null) {
      return false;
    }
    goneNanos = System.nanoTime();
    whyGone = reason;
    if (lifeline != null) {
      lifeline.close();
    }
    return true;
  }

  synchronized void watchedBy(PeerLifeline watching) {
    lifeline = watching;
    if (whyGone != null) {
      watching.close();
    }
  }
}
