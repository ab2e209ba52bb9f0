package org.stellwerk.rpc.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.PeerListener;
import org.stellwerk.rpc.simulation.SimEvent.Kind;
import org.stellwerk.rpc.simulation.SimNetwork.Status;

/**
 * The nodes that one node is connected with, either way, and who wants to hear of their end. The
 * news of a crash, a goodbye or a refusal takes a network latency and first fails the pending
 * calls; through a black hole none comes, and a frozen node is not gone.
 */
final class SimPeers {

  private static final String REFUSES = "its port refuses connections";

  private final SimNetwork network;
  private final SimNode node;
  private final SimAsks asks;
  private final Map<String, SimPeer> known = new LinkedHashMap<>();
  private final List<PeerListener> listeners = new ArrayList<>();

  SimPeers(SimNetwork network, SimNode node, SimAsks asks) {
    this.network = network;
    this.node = node;
    this.asks = asks;
  }

  void addListener(PeerListener listener) {
    listeners.add(listener);
  }

  void removeListener(PeerListener listener) {
    listeners.remove(listener);
  }

  /** The process of this name that the node is connected with; null if it is with none. */
  @Nullable SimPeer known(String name) {
    return known.get(name);
  }

  /** The process is connected with this one; an earlier one of the same name is gone. */
  SimPeer connected(SimNode process) {
    SimPeer earlier = known.get(process.name());
    if (earlier != null && earlier.node() == process) {
      return earlier;
    }
    SimPeer peer = new SimPeer(process);
    known.put(process.name(), peer);
    if (earlier != null) {
      tell(earlier, "another process has taken its address");
    }
    if (!process.isAlive()) {
      ended(process, "its process is gone");
    } else if (network.status(node, process) == Status.REFUSED) {
      ended(process, REFUSES);
    }
    return peer;
  }

  /** The process has ended, or seems to; the news is under way. */
  void ended(SimNode process, String why) {
    SimPeer peer = known.get(process.name());
    if (peer != null && peer.node() == process) {
      inAWhile(process, "gone peer " + process, () -> heard(peer, why));
    }
  }

  /** The way to the process has another state now. */
  void linkChanged(SimNode process, Status status) {
    if (status == Status.REFUSED) {
      ended(process, REFUSES);
    } else if (status == Status.DISCONNECTED && asks.hasAnyTo(process.name())) {
      inAWhile(
          process,
          "lost peer " + process.name(),
          () -> asks.failAllTo(process.name(), "the connection is lost"));
    }
  }

  private void inAWhile(SimNode process, String label, Runnable news) {
    long delay = network.transport().newsNanos(process, node);
    if (delay >= 0) {
      SimAction event = new SimAction(Kind.NETWORK, node, this, label, news);
      network.scheduler().schedule(event, delay, null);
    }
  }

  private void heard(SimPeer peer, String why) {
    if (known.remove(peer.node().name(), peer)) {
      tell(peer, why);
    }
  }

  private void tell(SimPeer peer, String why) {
    if (!peer.markGone(why) || node.rpc().isClosed()) {
      return;
    }
    asks.failAllTo(peer, why);
    for (PeerListener listener : List.copyOf(listeners)) {
      listener.onPeerGone(SimRpcService.SCHEME + peer.node().name(), why);
    }
  }
}
