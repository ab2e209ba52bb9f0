package org.stellwerk.rpc.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.stellwerk.rpc.PeerListener;
import org.stellwerk.rpc.simulation.SimEvent.Kind;

/**
 * The nodes that one node is connected with, either way, and who wants to hear of their end. The
 * news of a crash or of a goodbye takes a network latency; through a black hole none comes, and a
 * frozen node is not gone.
 */
final class SimPeers {

  private final SimNetwork network;
  private final SimNode node;
  private final SimRandom random;
  private final Map<String, SimNode> known = new LinkedHashMap<>();
  private final Set<String> gone = new LinkedHashSet<>();
  private final List<PeerListener> listeners = new ArrayList<>();

  SimPeers(SimNetwork network, SimNode node) {
    this.network = network;
    this.node = node;
    this.random = node.random().fork("peers");
  }

  void addListener(PeerListener listener) {
    listeners.add(listener);
  }

  void removeListener(PeerListener listener) {
    listeners.remove(listener);
  }

  /** A handshake came from the peer; an earlier one of the same name is gone. */
  void connected(SimNode peer) {
    SimNode earlier = known.put(peer.name(), peer);
    if (earlier != null && earlier != peer) {
      tell(earlier, "another process has taken its address");
    }
    if (!peer.isAlive()) {
      ended(peer, "its process is gone");
    }
  }

  /** Whether the news of its end is here. */
  boolean isGone(SimNode peer) {
    return gone.contains(peer.toString());
  }

  /** The peer has ended; the news is under way. */
  void ended(SimNode peer, String why) {
    if (known.get(peer.name()) == peer) {
      SimEvent news =
          new SimEvent(Kind.NETWORK, node, "gone peer " + peer, () -> heard(peer, why)).in(this);
      network
          .scheduler()
          .schedule(news, network.config().latencies().network().nextNanos(random), null);
    }
  }

  private void heard(SimNode peer, String why) {
    if (known.remove(peer.name(), peer)) {
      tell(peer, why);
    }
  }

  private void tell(SimNode peer, String why) {
    if (gone.add(peer.toString()) && !node.rpc().isClosed()) {
      for (PeerListener listener : List.copyOf(listeners)) {
        listener.onPeerGone(SimRpcService.SCHEME + peer.name(), why);
      }
    }
  }
}
