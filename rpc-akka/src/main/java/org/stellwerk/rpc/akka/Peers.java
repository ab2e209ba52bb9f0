package org.stellwerk.rpc.akka;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;

/**
 * The processes that this one has gateways to. When one is gone, its pending calls fail at once,
 * and later ones too. Thread-safe.
 */
final class Peers {

  private final PendingCalls calls;
  private final Map<String, Peer> byAddress = new ConcurrentHashMap<>();

  Peers(PendingCalls calls) {
    this.calls = calls;
  }

  /** The peer that answered a handshake; an earlier one at the same address is gone. */
  Peer connected(String address, long incarnation) {
    Peer[] replaced = new Peer[1];
    Peer peer =
        byAddress.compute(
            address,
            (key, known) -> {
              if (known != null && known.incarnation() == incarnation) {
                return known;
              }
              replaced[0] = known;
              return new Peer(address, incarnation);
            });
    if (replaced[0] != null) {
      gone(replaced[0], "another process has taken its address");
    }
    return peer;
  }

  /** The peer at the address has said goodbye. */
  void goodbye(String address, long incarnation) {
    Peer known = byAddress.get(address);
    if (known != null && known.incarnation() == incarnation) {
      byAddress.remove(address, known);
      gone(known, "it has shut down its RPC service");
    }
  }

  private void gone(Peer peer, String reason) {
    peer.markGone(reason);
    calls.failAll(call -> call.target().peer() == peer, () -> unreachable(peer.address(), reason));
  }

  /** The failure of calls to a peer that is gone. */
  static RecipientUnreachableException unreachable(String address, String reason) {
    return new RecipientUnreachableException(
        "The process at " + address + " is gone: " + reason + ".");
  }
}
