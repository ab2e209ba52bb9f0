package org.stellwerk.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/**
 * What the coordination service holds of leadership, at the level of our drivers: sessions, the
 * latch nodes in their order and the leader's node. Latch nodes and the leader's node are
 * ephemeral: they end with their session, in one step. Survives the service's restarts.
 */
final class SimZnodes {

  /** A client's session; its time is the server's. */
  static final class Session {

    private final int id;
    private final SimNode client;
    private long lastHeardNanos;
    private @Nullable SimConnection connection;

    private Session(int id, SimNode client) {
      this.id = id;
      this.client = client;
    }

    int id() {
      return id;
    }

    SimNode client() {
      return client;
    }

    @Nullable SimConnection connection() {
      return connection;
    }
  }

  /** A place in the queue of those who want to lead. */
  static final class LatchNode {

    private final long number;
    private final Session owner;
    private @Nullable UUID leaderSession;

    private LatchNode(long number, Session owner) {
      this.number = number;
      this.owner = owner;
    }

    long number() {
      return number;
    }

    /** The leader session that its owner has begun because it is the first; null before. */
    @Nullable UUID leaderSession() {
      return leaderSession;
    }

    /** Notes what the owner has begun: for checks, the service itself does not know it. */
    void begun(UUID session) {
      leaderSession = session;
    }

    SimNode client() {
      return owner.client;
    }
  }

  private record LeaderNode(Session owner, LeaderInformation information) {}

  private final Map<Integer, Session> sessions = new LinkedHashMap<>();
  private final List<LatchNode> latch = new ArrayList<>();
  private @Nullable LeaderNode leader;
  private int lastSessionId;
  private long lastLatchNumber;

  Session open(SimNode client) {
    Session session = new Session(++lastSessionId, client);
    sessions.put(session.id, session);
    return session;
  }

  /** The session, if it has not ended. */
  Optional<Session> session(int id) {
    return Optional.ofNullable(sessions.get(id));
  }

  List<Session> sessions() {
    return List.copyOf(sessions.values());
  }

  void heard(Session session, long nowNanos) {
    session.lastHeardNanos = nowNanos;
  }

  void connected(Session session, SimConnection connection) {
    session.connection = connection;
  }

  /** Every session has its full time again, and no connection. */
  void restarted(long nowNanos) {
    for (Session session : sessions.values()) {
      session.lastHeardNanos = nowNanos;
      session.connection = null;
    }
  }

  List<Session> silentSince(long nanos) {
    List<Session> silent = new ArrayList<>();
    for (Session session : sessions.values()) {
      if (session.lastHeardNanos < nanos) {
        silent.add(session);
      }
    }
    return silent;
  }

  void end(Session session) {
    sessions.remove(session.id);
    latch.removeIf(node -> node.owner == session);
    if (leader != null && leader.owner == session) {
      leader = null;
    }
  }

  LatchNode createLatchNode(Session owner) {
    LatchNode node = new LatchNode(++lastLatchNumber, owner);
    latch.add(node);
    return node;
  }

  void deleteLatchNode(LatchNode node) {
    latch.remove(node);
  }

  /** The latch nodes, the first of which leads. */
  List<LatchNode> latch() {
    return List.copyOf(latch);
  }

  /** The latch node that leads. */
  Optional<LatchNode> first() {
    return latch.isEmpty() ? Optional.empty() : Optional.of(latch.get(0));
  }

  /** The fence of every write. */
  void checkLatchNode(LatchNode node, String what) throws NotLeaderException {
    if (!latch.contains(node)) {
      throw new NotLeaderException(
          what + " was refused: latch node " + node.number + " of " + node.client() + " is gone");
    }
  }

  /** Publishes; the latch node was checked. */
  void publish(LatchNode node, LeaderInformation information) {
    leader = new LeaderNode(node.owner, information);
  }

  void unpublish() {
    leader = null;
  }

  Optional<LeaderInformation> published() {
    return Optional.ofNullable(leader).map(LeaderNode::information);
  }
}
