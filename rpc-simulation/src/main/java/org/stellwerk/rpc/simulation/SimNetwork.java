package org.stellwerk.rpc.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimEvent.Kind;
import org.stellwerk.rpc.simulation.SimMessage.Payload;
import org.stellwerk.rpc.simulation.SimObserver.NodeEvent;

/**
 * The nodes and the links between them. Messages keep their order per sending node and receiving
 * endpoint, as on one TCP connection; answers overtake one another. A message in flight when its
 * link breaks is lost.
 */
public final class SimNetwork {

  /** The state of the way from one node to another. */
  public enum Status {
    /** Messages arrive. */
    CONNECTED,
    /** The connection is down and the sender notices: its calls fail. */
    DISCONNECTED,
    /** Messages vanish and nobody notices: calls run into their timeouts. */
    BLACKHOLE
  }

  private record Direction(String from, String to) {}

  private final SimScheduler scheduler;
  private final SimRpcConfig config;
  private final SimRandom random;
  private final Map<String, SimNode> nodes = new LinkedHashMap<>();
  private final Map<Direction, SimLink> links = new LinkedHashMap<>();
  private final SimObservers observers;
  private long messages;

  /** A calm network without nodes. */
  public SimNetwork(SimScheduler scheduler) {
    this(scheduler, SimRpcConfig.defaults());
  }

  /** A network without nodes. */
  public SimNetwork(SimScheduler scheduler, SimRpcConfig config) {
    this.scheduler = scheduler;
    this.config = config;
    this.random = scheduler.random().fork("net");
    this.observers = scheduler.observers();
  }

  /** Virtual time. */
  public SimScheduler scheduler() {
    return scheduler;
  }

  /** From now on the observer sees what happens here, and in the scheduler. */
  public void addObserver(SimObserver observer) {
    scheduler.addObserver(observer);
  }

  SimRpcConfig config() {
    return config;
  }

  /** A new node's RPC service; {@link SimRpcService#node()} gives the node. */
  public SimRpcService newService(String nodeName) {
    return newNode(nodeName).rpc();
  }

  /** Starts a node; the name must not belong to one that is alive. */
  public SimNode newNode(String name) {
    SimNode previous = nodes.get(name);
    if (previous != null && previous.isAlive()) {
      throw new IllegalArgumentException("Node " + previous + " is still alive; crash it first");
    }
    if (name.isEmpty() || name.contains("/")) {
      throw new IllegalArgumentException("Not a node name: '" + name + "'");
    }
    SimNode node = new SimNode(this, name, previous == null ? 1 : previous.incarnation() + 1);
    nodes.put(name, node);
    observers.onNode(node, NodeEvent.STARTED, "");
    return node;
  }

  /** The latest incarnation of the node, dead or alive; null if there was none. */
  public @Nullable SimNode node(String name) {
    return nodes.get(name);
  }

  /** The latest incarnation of each node, in the order in which the names were first used. */
  public List<SimNode> nodes() {
    return List.copyOf(nodes.values());
  }

  /** Sets both directions between two nodes. */
  public void setStatus(String one, String other, Status status) {
    changed(one + " <-> " + other, status);
    set(one, other, status);
    set(other, one, status);
  }

  /** Sets the way from one node to another only. */
  public void setOneWay(String from, String to, Status status) {
    changed(from + " -> " + to, status);
    set(from, to, status);
  }

  private void changed(String ways, Status status) {
    observers.onLink(ways + " " + status);
  }

  private void set(String from, String to, Status status) {
    link(from, to).setStatus(status);
    if (status == Status.DISCONNECTED) {
      SimNode sender = nodes.get(from);
      if (sender != null && sender.isAlive()) {
        sender.rpc().asks().failAllTo(to, "the connection is lost");
      }
    }
  }

  /** Cuts every way between the two groups; nobody notices. */
  public void partition(Collection<String> one, Collection<String> other) {
    changed(String.join(", ", one) + " <-> " + String.join(", ", other), Status.BLACKHOLE);
    for (String a : one) {
      for (String b : other) {
        set(a, b, Status.BLACKHOLE);
        set(b, a, Status.BLACKHOLE);
      }
    }
  }

  /** Cuts every way between the node and all others; nobody notices. */
  public void isolate(String name) {
    List<String> others = new ArrayList<>(nodes.keySet());
    others.remove(name);
    partition(List.of(name), others);
  }

  /** Connects everything again. */
  public void heal() {
    observers.onLink("all " + Status.CONNECTED);
    links.values().forEach(link -> link.setStatus(Status.CONNECTED));
  }

  /** Gives one way a latency of its own. */
  public void setLatency(String from, String to, SimLatency latency) {
    link(from, to).setLatency(latency);
  }

  private SimLink link(String from, String to) {
    return links.computeIfAbsent(new Direction(from, to), ignored -> new SimLink());
  }

  /**
   * Carries a message of any protocol; RPC uses this, too.
   *
   * @param lanes keep the order among messages of one sender; null for none
   * @param label for the trace
   * @param delivery what becomes of it
   * @return the message's number in the run
   */
  public long transmit(
      SimNode from, SimNode to, @Nullable Lanes lanes, String label, Delivery delivery) {
    SimLink link = link(from.name(), to.name());
    long id = sent(from, to, label, delivery.payload());
    if (link.status() == Status.BLACKHOLE) {
      observers.onLost(id, scheduler.nowNanos(), "the link is a black hole");
      return id;
    }
    if (link.status() == Status.DISCONNECTED || !to.isAlive()) {
      observers.onLost(id, scheduler.nowNanos(), "the receiver cannot be reached");
      notifyLost(from, to, label, delivery);
      return id;
    }
    int epoch = link.epoch();
    Runnable arrival =
        () -> {
          if (link.epoch() == epoch) {
            observers.onArrived(id, scheduler.nowNanos());
            delivery.arrive();
            return;
          }
          observers.onLost(id, scheduler.nowNanos(), "the link was cut meanwhile");
          if (link.status() != Status.BLACKHOLE) {
            notifyLost(from, to, label, delivery);
          }
        };
    scheduler.schedule(
        new SimEvent(Kind.NETWORK, to, label, arrival).in(this).carrying(id),
        draw(link),
        lanes == null ? null : lanes.of(from, epoch));
    return id;
  }

  private long sent(SimNode from, SimNode to, String label, Payload payload) {
    long id = messages++;
    if (observers.any()) {
      observers.onMessage(new SimMessage(id, from, to, label, payload, scheduler.nowNanos()));
    }
    return id;
  }

  /** A message within a process, which does not travel. */
  long passed(SimNode node, String label, Payload payload) {
    long id = sent(node, node, label, payload);
    observers.onArrived(id, scheduler.nowNanos());
    return id;
  }

  private void notifyLost(SimNode from, SimNode to, String label, Delivery delivery) {
    scheduler.schedule(
        new SimEvent(Kind.NETWORK, from, "lost " + label, delivery::lost).in(this),
        draw(link(from.name(), to.name())),
        null);
  }

  private long draw(SimLink link) {
    SimLatency latency = link.latency();
    return (latency == null ? config.latencies().network() : latency).nextNanos(random);
  }

  void crashed(SimNode dead) {
    tellPeersOf(dead, "its process is gone");
  }

  /** The node's RPC service has said goodbye. */
  void closed(SimNode leaving) {
    observers.onNode(leaving, NodeEvent.STOPPED, "");
    tellPeersOf(leaving, "it has shut down its RPC service");
  }

  private void tellPeersOf(SimNode gone, String why) {
    for (SimNode node : nodes()) {
      if (node != gone
          && node.isAlive()
          && link(node.name(), gone.name()).status() != Status.BLACKHOLE) {
        node.rpc().asks().failAllTo(gone, why);
        node.rpc().peers().ended(gone, why);
      }
    }
  }

  /** What becomes of a message. */
  public interface Delivery {

    /** It is there; in an event of the receiver. */
    void arrive();

    /** It is lost and the sender knows; in an event of the sender. */
    void lost();

    /** What the message carries, for observers. */
    default Payload payload() {
      return Payload.OTHER;
    }

    /** From one action each. */
    static Delivery of(Runnable arrive, Runnable lost) {
      return of(Payload.OTHER, arrive, lost);
    }

    /** From one action each, with what it carries. */
    static Delivery of(Payload payload, Runnable arrive, Runnable lost) {
      return new Delivery() {
        @Override
        public Payload payload() {
          return payload;
        }

        @Override
        public void arrive() {
          arrive.run();
        }

        @Override
        public void lost() {
          lost.run();
        }
      };
    }
  }

  /** The order of messages to one receiver, for each sending node. */
  public static final class Lanes {

    private record Connection(String node, int incarnation, int epoch) {}

    private final Map<Connection, SimLane> lanes = new LinkedHashMap<>();

    private SimLane of(SimNode from, int epoch) {
      return lanes.computeIfAbsent(
          new Connection(from.name(), from.incarnation(), epoch), ignored -> new SimLane());
    }
  }
}
