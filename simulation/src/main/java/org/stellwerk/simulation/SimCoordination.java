package org.stellwerk.simulation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.simulation.SimZnodes.LatchNode;
import org.stellwerk.simulation.SimZnodes.Session;

/**
 * The coordination service of the simulated world, as ZooKeeper is that of the real one, at the
 * level of our drivers: sessions that expire by the server's time when nothing is heard of them, a
 * queue of latch nodes of which the first one's owner leads, the leader's node, and durable stores
 * whose writes are conditional on the writer's latch node. A node of its own ("zk"), reached
 * through the network; while it is down its state is kept and its time stands.
 *
 * <p>A client learns that its session has expired when it reaches the server again, and not before:
 * until then two processes believe to lead, but only one can write.
 */
public final class SimCoordination {

  /** The name of the service's node. */
  public static final String NODE_NAME = "zk";

  private final SimNetwork network;
  private final SimClientConfig clientConfig;
  private final SimZnodes znodes = new SimZnodes();
  private final SimStores stores = new SimStores();
  private final SimServer server;
  private final Map<SimNode, UUID> believers = new LinkedHashMap<>();
  private int rivalries;

  /** A service without clients; the configuration is that of all of them. */
  public SimCoordination(SimNetwork network, Configuration configuration) {
    this.network = network;
    this.clientConfig = SimClientConfig.of(configuration);
    this.server = new SimServer(network, clientConfig, znodes);
  }

  /** The services for one process; they die with it. */
  public HighAvailabilityServices newServices(SimNode client) {
    return new SimHaServices(this, client);
  }

  /** The leader session of the process that leads; none while it does not know it: the truth. */
  public Optional<UUID> leaderSession() {
    return first().map(LatchNode::leaderSession);
  }

  /** The process that leads by the service's own knowledge, dead or alive: the truth. */
  public Optional<SimNode> leadingNode() {
    return first().map(LatchNode::client);
  }

  private Optional<LatchNode> first() {
    return znodes.first();
  }

  /** The leader as published: the truth, for checks. */
  public Optional<LeaderInformation> publishedLeader() {
    return znodes.published();
  }

  /** The durable state: the truth, for checks. */
  public SimStores stores() {
    return stores;
  }

  /** The living processes that believe to lead, with their sessions: the truth, for checks. */
  public Map<SimNode, UUID> believers() {
    Map<SimNode, UUID> alive = new LinkedHashMap<>(believers);
    alive.keySet().removeIf(each -> !each.isAlive());
    return alive;
  }

  /** How often a process began to believe that it leads while another living one did so, too. */
  public int rivalries() {
    return rivalries;
  }

  /** The processes, dead or alive, whose sessions have not ended. */
  public List<SimNode> sessions() {
    return znodes.sessions().stream().map(Session::client).toList();
  }

  /** The processes, dead or alive, that have a place in the queue for leadership. */
  public List<SimNode> contenders() {
    return znodes.latch().stream().map(LatchNode::client).toList();
  }

  /** Kills the service; harmless if it is down. */
  public void crash() {
    server.node().crash();
  }

  /** Starts the service again with what it held; every session has its full time again. */
  public void restart() {
    if (!server.node().isAlive()) {
      server.restart();
    }
  }

  /** Ends the session of a process as if nothing had been heard of it; not while it is down. */
  public void expireSessionOf(SimNode client) {
    if (!server.node().isAlive()) {
      return;
    }
    for (Session session : znodes.sessions()) {
      if (session.client() == client) {
        server.end(session);
      }
    }
  }

  /**
   * Ends the session of the process that leads.
   *
   * @return false if none leads, or the service is down
   */
  public boolean expireLeader() {
    Optional<SimNode> leading = server.node().isAlive() ? leadingNode() : Optional.empty();
    leading.ifPresent(this::expireSessionOf);
    return leading.isPresent();
  }

  /** How often requests ended otherwise than with their answer, by what happened. */
  public Map<String, Integer> failedRequests() {
    Map<String, Integer> failed = new TreeMap<>();
    faults().outcomes().forEach((outcome, count) -> failed.put(outcome.name(), count));
    return failed;
  }

  SimServiceFaults faults() {
    return server.faults();
  }

  SimServer server() {
    return server;
  }

  SimNetwork network() {
    return network;
  }

  SimClientConfig clientConfig() {
    return clientConfig;
  }

  SimZnodes znodes() {
    return znodes;
  }

  /** A client's own knowledge: it leads from now on. */
  void believes(SimNode client, UUID session) {
    believers.put(client, session);
    if (believers().size() > 1) {
      rivalries++;
    }
  }

  /** A client's own knowledge: it leads no longer. */
  void believesNoMore(SimNode client) {
    believers.remove(client);
  }
}
