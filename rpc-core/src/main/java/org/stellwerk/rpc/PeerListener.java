package org.stellwerk.rpc;

/**
 * Hears of the end of peer processes, once for each. A peer is another process that this one is
 * connected to, or that is connected to this one. It is gone if it has closed its service, if its
 * port refuses connections, or if another process answers in its place; a peer that is merely
 * silent (paused, overloaded, cut off) is not, however long.
 *
 * <p>Called on a thread of the service, never in an endpoint's main thread; must not block.
 */
@FunctionalInterface
public interface PeerListener {

  /**
   * The process is gone. Its pending calls have failed already, with RecipientUnreachableException,
   * and later ones do at once.
   *
   * @param peer what the addresses of all its endpoints begin with, see {@link #isAt}
   * @param reason how this is known, for messages to people
   */
  void onPeerGone(String peer, String reason);

  /** Whether an endpoint's address belongs to the peer. */
  static boolean isAt(String endpointAddress, String peer) {
    return endpointAddress.startsWith(peer + "/");
  }
}
