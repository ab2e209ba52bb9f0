package org.stellwerk.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimRandom;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/**
 * The coordination service of the simulated world, as ZooKeeper is that of the real one: sessions
 * that expire by the server's time when no ping comes through, a queue of candidates of which the
 * first leads, the published leader, and durable stores whose writes are fenced by the leader
 * session. A node of its own ("zk"): reached through the network, so that it can be cut off.
 *
 * <p>A client learns of its expired session when it reaches the server again, and not before: until
 * then two processes believe to lead, but only one can write.
 */
public final class SimCoordination {

  /** The name of the service's node. */
  public static final String NODE_NAME = "zk";

  private static final int CHECKS_PER_TIMEOUT = 6;

  private final SimNetwork network;
  private final SimNode node;
  private final Duration sessionTimeout;
  private final SimStores stores = new SimStores(this);
  private final Map<Integer, Session> sessions = new LinkedHashMap<>();
  private final List<Session> candidates = new ArrayList<>();
  private final SimRandom random;
  private double slowShare;
  private Duration slowest = Duration.ZERO;
  private int lastSessionId;
  private long version;
  private @Nullable UUID leaderSession;
  private Optional<LeaderInformation> published = Optional.empty();

  /** A service without clients. */
  public SimCoordination(SimNetwork network, Duration sessionTimeout) {
    this.network = network;
    this.node = network.newNode(NODE_NAME);
    this.sessionTimeout = sessionTimeout;
    this.random = node.random().fork("slow");
    long check = sessionTimeout.toNanos() / CHECKS_PER_TIMEOUT;
    node.timers()
        .scheduleAtFixedRate(this::expireSilentSessions, check, check, TimeUnit.NANOSECONDS);
  }

  /** The services for one process; they die with it. */
  public HighAvailabilityServices newServices(SimNode client) {
    return new SimHaServices(this, client);
  }

  /** Which session leads by the service's own knowledge: the truth, for checks. */
  public Optional<UUID> leaderSession() {
    return Optional.ofNullable(leaderSession);
  }

  /** The process that leads by the service's own knowledge, dead or alive: the truth. */
  public Optional<SimNode> leadingNode() {
    return leaderSession == null ? Optional.empty() : Optional.of(candidates.get(0).client);
  }

  /** The leader as published: the truth, for checks. */
  public Optional<LeaderInformation> publishedLeader() {
    return published;
  }

  /** The durable state: the truth, for checks. */
  public SimStores stores() {
    return stores;
  }

  /** Ends the session of a process as if its pings had not come through. */
  public void expireSessionOf(SimNode client) {
    for (Session session : List.copyOf(sessions.values())) {
      if (session.client == client) {
        end(session);
      }
    }
  }

  /**
   * Ends the session of the process that leads.
   *
   * @return false if none leads
   */
  public boolean expireLeader() {
    if (leaderSession == null) {
      return false;
    }
    end(candidates.get(0));
    return true;
  }

  /** From now on this share of the answers comes late, by up to this much. */
  public void setSlow(double share, Duration longest) {
    slowShare = share;
    slowest = longest;
  }

  void whenAnswered(Runnable answer) {
    if (slowShare > 0 && random.chance(slowShare)) {
      node.timers().schedule(answer, random.nextLong(slowest.toNanos()), TimeUnit.NANOSECONDS);
    } else {
      answer.run();
    }
  }

  SimNetwork network() {
    return network;
  }

  SimNode node() {
    return node;
  }

  Duration sessionTimeout() {
    return sessionTimeout;
  }

  /** What a session's client is told: how things stand. A higher version is newer. */
  record View(
      int sessionId,
      boolean alive,
      long version,
      @Nullable UUID granted,
      Optional<LeaderInformation> leader) {}

  /** Where views are sent. */
  interface ViewListener {
    void onView(View view);
  }

  View openSession(SimNode client, ViewListener listener) {
    Session session = new Session(++lastSessionId, client, listener);
    session.lastHeardNanos = now();
    sessions.put(session.id, session);
    return viewOf(session.id);
  }

  /** A ping keeps the session alive; every other request does, too. */
  View ping(int sessionId) {
    Session session = sessions.get(sessionId);
    if (session != null) {
      session.lastHeardNanos = now();
    }
    return viewOf(sessionId);
  }

  View contend(int sessionId) {
    Session session = sessions.get(sessionId);
    if (session != null && !candidates.contains(session)) {
      candidates.add(session);
      elect();
    }
    return ping(sessionId);
  }

  View withdraw(int sessionId) {
    Session session = sessions.get(sessionId);
    if (session != null && candidates.remove(session)) {
      elect();
    }
    return ping(sessionId);
  }

  View publish(int sessionId, LeaderInformation information) {
    if (information.sessionId().equals(leaderSession)
        && !Optional.of(information).equals(published)) {
      published = Optional.of(information);
      changed();
    }
    return ping(sessionId);
  }

  void closeSession(int sessionId) {
    Session session = sessions.get(sessionId);
    if (session != null) {
      end(session);
    }
  }

  void checkLeads(UUID session, String what) throws NotLeaderException {
    if (!session.equals(leaderSession)) {
      throw new NotLeaderException(
          what + " was refused: session " + session + " does not lead, but " + leaderSession);
    }
  }

  private long now() {
    return node.clock().relativeTimeNanos();
  }

  private void expireSilentSessions() {
    for (Session session : List.copyOf(sessions.values())) {
      if (now() - session.lastHeardNanos > sessionTimeout.toNanos()) {
        end(session);
      }
    }
  }

  private void end(Session session) {
    sessions.remove(session.id);
    candidates.remove(session);
    push(session);
    elect();
  }

  /** The first candidate leads; each time with a session id that was never used before. */
  private void elect() {
    Session first = candidates.isEmpty() ? null : candidates.get(0);
    UUID current = first == null ? null : first.granted;
    if (first != null && current != null && current.equals(leaderSession)) {
      return;
    }
    if (first == null && leaderSession == null) {
      return;
    }
    published = Optional.empty();
    leaderSession = null;
    if (first != null) {
      first.granted = node.ids().nextUuid();
      leaderSession = first.granted;
    }
    changed();
  }

  private void changed() {
    version++;
    sessions.values().forEach(this::push);
  }

  private View viewOf(int sessionId) {
    Session session = sessions.get(sessionId);
    UUID granted = session == null ? null : session.granted;
    boolean leads = granted != null && granted.equals(leaderSession);
    return new View(sessionId, session != null, version, leads ? granted : null, published);
  }

  private void push(Session session) {
    View view = viewOf(session.id);
    network.transmit(
        node,
        session.client,
        session.pushes,
        "zk view " + view.version,
        SimNetwork.Delivery.of(() -> session.listener.onView(view), () -> {}));
  }

  private static final class Session {

    private final int id;
    private final SimNode client;
    private final ViewListener listener;
    private final SimNetwork.Lanes pushes = new SimNetwork.Lanes();
    private long lastHeardNanos;
    private @Nullable UUID granted;

    Session(int id, SimNode client, ViewListener listener) {
      this.id = id;
      this.client = client;
      this.listener = listener;
    }
  }
}
