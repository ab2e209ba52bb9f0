package org.stellwerk.rpc.simulation;

import java.time.Duration;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimMessage.Payload;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;
import org.stellwerk.rpc.simulation.SimObserver.NodeEvent;

/**
 * The nodes and the links between them. Each pair of nodes has a link for each direction, known by
 * the names of the nodes, so that it outlives their incarnations.
 *
 * <p>Messages keep their order per sending node and receiving endpoint, as on one TCP connection;
 * answers overtake one another. None is duplicated. What is in flight when its link goes down or is
 * reset is lost; what meets a clog comes later. See docs/simulation.md for what this assumes of
 * real transports.
 */
public final class SimNetwork {

  /** The state of the way from one node to another. */
  public enum Status {
    /** Messages arrive. */
    CONNECTED,
    /** The connection is down and the sender notices: its calls fail. They work again later. */
    DISCONNECTED,
    /**
     * As DISCONNECTED, and the sender takes the other process for gone: its peer listeners hear so,
     * and its gateways never work again. It can connect anew later.
     */
    REFUSED,
    /**
     * Messages vanish and nobody notices: calls run into their timeouts. When it is over, calls and
     * answers wait for TCP's next attempt, or until the services make their connections anew.
     */
    BLACKHOLE,
    /** Only answers get through. */
    BLACKHOLE_REQUESTS,
    /** Only answers vanish: calls are executed, and their callers do not know. */
    BLACKHOLE_REPLIES;

    /** Whether nothing gets through, so that what is in flight is lost. */
    boolean isDown() {
      return this == DISCONNECTED || this == REFUSED || this == BLACKHOLE;
    }
  }

  private final SimScheduler scheduler;
  private final SimObservers observers;
  private final SimLinks links = new SimLinks();
  private final SimTransport transport;
  private final SimRenewal renewal;
  private final SimRandom swizzles;
  private final Map<String, SimNode> nodes = new LinkedHashMap<>();
  private final Set<String> isolated = new LinkedHashSet<>();
  private List<SimNode> latest = List.of();
  private SimRpcConfig config;

  /** A calm network without nodes. */
  public SimNetwork(SimScheduler scheduler) {
    this(scheduler, SimRpcConfig.defaults());
  }

  /** A network without nodes. */
  public SimNetwork(SimScheduler scheduler, SimRpcConfig config) {
    this.scheduler = scheduler;
    this.observers = scheduler.observers();
    this.config = config;
    this.transport = new SimTransport(this, links);
    this.renewal = new SimRenewal(this, links, transport);
    this.swizzles = scheduler.random().fork("swizzles");
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

  SimTransport transport() {
    return transport;
  }

  SimRenewal renewal() {
    return renewal;
  }

  /**
   * From now on things take this long, but for links and nodes that have latencies of their own.
   */
  public void setLatencies(SimRpcConfig.Latencies latencies) {
    config = config.withLatencies(latencies);
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
    if (!links.knows(name)) {
      both(isolated, Set.of(name), link -> link.setStatus(Status.BLACKHOLE));
    }
    int incarnation = previous == null ? 1 : previous.incarnation() + 1;
    SimNode node = new SimNode(this, name, incarnation, links.place(name));
    nodes.put(name, node);
    latest = List.copyOf(nodes.values());
    observers.onNode(node, NodeEvent.STARTED, "");
    return node;
  }

  /** The latest incarnation of the node, dead or alive; null if there was none. */
  public @Nullable SimNode node(String name) {
    return nodes.get(name);
  }

  /** The latest incarnation of each node, in the order in which the names were first used. */
  public List<SimNode> nodes() {
    return latest;
  }

  Status status(SimNode from, SimNode to) {
    return links.at(from.place(), to.place()).status();
  }

  /** Whether another process lives where the dead one did. */
  boolean hasSuccessor(SimNode dead) {
    SimNode latest = nodes.get(dead.name());
    return latest != null && latest != dead && latest.isAlive();
  }

  /** Sets both directions between two nodes. */
  public void setStatus(String one, String other, Status status) {
    setStatus(List.of(one), List.of(other), status);
  }

  /** Sets both directions between each of the one and each of the other nodes. */
  public void setStatus(Collection<String> some, Collection<String> others, Status status) {
    observers.onLink(SimLinkChange.of(some, true, others, status));
    oneWay(some, others, status);
    oneWay(others, some, status);
  }

  /** Sets the way from one node to another only. */
  public void setOneWay(String from, String to, Status status) {
    setOneWay(List.of(from), List.of(to), status);
  }

  /** Sets the ways from each of the one to each of the other nodes only. */
  public void setOneWay(Collection<String> from, Collection<String> to, Status status) {
    observers.onLink(SimLinkChange.of(from, false, to, status));
    oneWay(from, to, status);
  }

  private void oneWay(Collection<String> from, Collection<String> to, Status status) {
    for (String sender : from) {
      for (String receiver : to) {
        SimLink link = links.between(sender, receiver);
        boolean wasHole = link.status() == Status.BLACKHOLE;
        link.setStatus(status);
        SimNode here = nodes.get(sender);
        SimNode there = nodes.get(receiver);
        if (here != null && here.isAlive() && there != null) {
          here.rpc().peers().linkChanged(there, status);
          if (wasHole && !status.isDown()) {
            renewal.healed(here, there);
          }
        }
      }
    }
  }

  /** Cuts every way between the two groups; nobody notices. */
  public void partition(Collection<String> one, Collection<String> other) {
    setStatus(one, other, Status.BLACKHOLE);
  }

  /** Cuts every way between the node and all others, later ones included; nobody notices. */
  public void isolate(String name) {
    isolated.add(name);
    partition(List.of(name), links.namesBut(List.of(name)));
  }

  /** Undoes {@link #isolate}. */
  public void rejoin(String name) {
    isolated.remove(name);
    setStatus(List.of(name), links.namesBut(isolated), Status.CONNECTED);
  }

  /**
   * The connection between two nodes is lost and made again at once: what is in flight is lost, and
   * nobody notices that.
   */
  public void reset(String one, String other) {
    observers.onLink(
        new SimLinkChange(List.of(one), List.of(other), true, "reset", Duration.ZERO, false));
    both(List.of(one), List.of(other), SimLink::reset);
  }

  /** From now on messages one way vanish with this probability, and nobody notices. */
  public void setDrop(String from, String to, double probability) {
    String what = "drops " + probability;
    observers.onLink(
        new SimLinkChange(List.of(from), List.of(to), false, what, null, probability == 0));
    links.between(from, to).setDropProbability(probability);
  }

  /**
   * Holds messages one way up until the time is over; then they arrive, in the order of sending.
   */
  public void clog(String from, String to, Duration duration) {
    String what = "clogged for " + duration;
    observers.onLink(new SimLinkChange(List.of(from), List.of(to), false, what, duration, false));
    transport.clog(links.between(from, to), duration.toNanos());
  }

  /** Holds up what the node sends and receives until the time is over. */
  public void clog(String name, Duration duration) {
    List<String> others = links.namesBut(List.of(name));
    String what = "clogged for " + duration;
    observers.onLink(new SimLinkChange(List.of(name), others, true, what, duration, false));
    both(List.of(name), others, link -> transport.clog(link, duration.toNanos()));
  }

  /**
   * Clogs the nodes one after the other, at random times within the duration, and lets them go in
   * another order; it is over when the duration is.
   */
  public void swizzleClog(Collection<String> names, Duration duration) {
    for (String name : names) {
      long begin = swizzles.nextLong(1 + duration.toNanos());
      Duration length = Duration.ofNanos(swizzles.nextLong(1 + duration.toNanos() - begin));
      scheduler.at(Duration.ofNanos(begin), "swizzle " + name, () -> clog(name, length));
    }
  }

  /** Gives one way a latency of its own. */
  public void setLatency(String from, String to, SimLatency latency) {
    links.between(from, to).setLatency(latency);
  }

  private void both(Collection<String> some, Collection<String> others, Consumer<SimLink> action) {
    for (String one : some) {
      for (String other : others) {
        action.accept(links.between(one, other));
        action.accept(links.between(other, one));
      }
    }
  }

  /** Takes all faults of all links away, latencies of their own included. */
  public void heal() {
    observers.onLink(SimLinkChange.HEALED);
    isolated.clear();
    links.forEach(
        link -> {
          link.heal();
          transport.release(link);
        });
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
    return transport.transmit(from, to, lanes, label, delivery);
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
    for (SimNode node : nodes.values()) {
      if (node != gone && node.isAlive()) {
        node.rpc().peers().ended(gone, why);
      }
    }
  }

  /** What becomes of a message. */
  public interface Delivery {

    /** It is there; in an event of the receiver. */
    void arrive();

    /** It is lost and the sender knows, unless it is an answer; in an event of the sender. */
    void lost();

    /**
     * Whether the sender knows of each loss but through black holes, as protocols do that live on
     * one connection. Others only hear that a link is down, or that another process answers.
     */
    default boolean noticesLoss() {
      return true;
    }

    /** What the message carries, for observers. */
    default Payload payload() {
      return Payload.OTHER;
    }

    /** What the message is for. */
    default MessageKind kind() {
      return payload().kind();
    }

    /** A hash of what it carries, the same in every JVM; 0 if nothing is known of it. */
    default int contentHash() {
      return 0;
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

    private static final class Connection {
      private final SimLane lane = new SimLane();
      private int epoch;
    }

    // Looked up, never iterated.
    private final IdentityHashMap<SimNode, Connection> connections = new IdentityHashMap<>(4);

    SimLane of(SimNode from, int epoch) {
      Connection connection = connections.computeIfAbsent(from, node -> new Connection());
      if (connection.epoch != epoch) {
        connection.epoch = epoch;
        connection.lane.restart();
      }
      return connection.lane;
    }
  }
}
