package org.stellwerk.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.simulation.SimServiceFaults.Fate;
import org.stellwerk.simulation.SimServiceFaults.Outcome;
import org.stellwerk.simulation.SimZnodes.LatchNode;
import org.stellwerk.simulation.SimZnodes.Session;

/**
 * The server of the coordination service: answers the requests of a connection in their order, ends
 * sessions of which nothing is heard, tells of watched changes before the answer to any later
 * request. Once a session has moved to another connection, what still comes over the old one is
 * refused. What the server holds survives its restarts.
 */
final class SimServer {

  private static final int CHECKS_PER_TIMEOUT = 6;

  private final SimNetwork network;
  private final SimClientConfig clientConfig;
  private final SimZnodes znodes;
  private final SimServiceFaults faults;
  private final Map<LatchNode, List<SimConnection>> latchWatches = new LinkedHashMap<>();
  private SimNode node;

  SimServer(SimNetwork network, SimClientConfig clientConfig, SimZnodes znodes) {
    this.network = network;
    this.clientConfig = clientConfig;
    this.znodes = znodes;
    this.node = network.newNode(SimCoordination.NODE_NAME);
    this.faults = new SimServiceFaults(node.random().fork("faults"));
    watchSessions();
  }

  private void watchSessions() {
    long check = clientConfig.sessionTimeout().toNanos() / CHECKS_PER_TIMEOUT;
    node.timers()
        .scheduleAtFixedRate(this::expireSilentSessions, check, check, TimeUnit.NANOSECONDS);
  }

  SimNode node() {
    return node;
  }

  SimServiceFaults faults() {
    return faults;
  }

  /** Starts it again; every session has its full time again. */
  void restart() {
    node = network.newNode(SimCoordination.NODE_NAME);
    latchWatches.clear();
    znodes.restarted(now());
    watchSessions();
  }

  /** A client has opened a connection; answered with its session, 0 if that has ended. */
  void onConnect(SimConnection connection, int sessionId, IntConsumer answer) {
    Optional<Session> session =
        sessionId == 0 ? Optional.of(znodes.open(connection.client())) : znodes.session(sessionId);
    session.ifPresent(
        found -> {
          znodes.heard(found, now());
          znodes.connected(found, connection);
          connection.belongsTo(found.id());
        });
    int id = session.map(Session::id).orElse(0);
    connection.answer(0, () -> connection.toClient("zk session " + id, () -> answer.accept(id)));
  }

  /** A client says that it is there. */
  void onPing(SimConnection connection, Runnable answer) {
    if (heard(connection).isPresent()) {
      connection.work(0, () -> connection.answer(0, () -> connection.toClient("zk pong", answer)));
    }
  }

  /** A client asks for something. */
  <T> void onRequest(
      SimConnection connection, SimOperation<T> operation, Consumer<SimOutcome<T>> answer) {
    heard(connection)
        .ifPresent(
            session -> {
              Fate fate = faults.draw(operation.kind());
              connection.work(
                  fate.delayNanos(), () -> carryOut(connection, session, operation, fate, answer));
            });
  }

  private Optional<Session> heard(SimConnection connection) {
    Optional<Session> session = znodes.session(connection.sessionId()).filter(connection::carries);
    session.ifPresentOrElse(found -> znodes.heard(found, now()), () -> close(connection));
    return session;
  }

  private <T> void carryOut(
      SimConnection connection,
      Session session,
      SimOperation<T> operation,
      Fate fate,
      Consumer<SimOutcome<T>> answer) {
    if (znodes.session(session.id()).filter(connection::carries).isEmpty()) {
      close(connection);
      return;
    }
    SimOutcome<T> outcome =
        fate.applied()
            ? change(() -> SimOutcome.of(operation, session))
            : SimOutcome.unknown(operation);
    if (fate.outcome() == Outcome.CLOSED) {
      close(connection);
      return;
    }
    SimOutcome<T> told =
        switch (fate.outcome()) {
          case GIVEN_UP -> SimOutcome.unknown(operation);
          case BROKEN ->
              SimOutcome.failed(new IOException("Cannot " + operation.what() + ": damaged"));
          case ANSWERED, CLOSED -> outcome;
        };
    connection.answer(
        fate.answerDelayNanos(),
        () -> connection.toClient("zk answer " + operation.what(), () -> answer.accept(told)));
  }

  private static void close(SimConnection connection) {
    connection.answer(
        0,
        () ->
            connection.toClient(
                "zk closes", () -> connection.watcher().onConnectionLost(connection)));
  }

  /** The connection hears once when the latch node is gone; false if it is gone already. */
  boolean watch(LatchNode latchNode, Session session) {
    SimConnection connection = session.connection();
    boolean exists = znodes.latch().contains(latchNode);
    if (exists && connection != null) {
      latchWatches.computeIfAbsent(latchNode, ignored -> new ArrayList<>()).add(connection);
    }
    return exists;
  }

  /** Ends a session with all that it holds, as its client has asked. */
  boolean endAsAsked(Session session) {
    znodes.end(session);
    return true;
  }

  /** Ends a session with all that it holds. */
  void end(Session session) {
    SimConnection connection = session.connection();
    change(() -> endAsAsked(session));
    if (connection != null) {
      close(connection);
    }
  }

  private void expireSilentSessions() {
    znodes.silentSince(now() - clientConfig.sessionTimeout().toNanos()).forEach(this::end);
  }

  /** Whatever changes goes through here, so that those who watch are told. */
  private <T> T change(Supplier<T> step) {
    Optional<LeaderInformation> publishedBefore = znodes.published();
    T result = step.get();
    if (!latchWatches.isEmpty()) {
      List<LatchNode> left = znodes.latch();
      for (LatchNode watched : List.copyOf(latchWatches.keySet())) {
        if (!left.contains(watched)) {
          latchWatches.remove(watched).forEach(watcher -> tellGone(watcher, watched));
        }
      }
    }
    if (!znodes.published().equals(publishedBefore)) {
      znodes.sessions().forEach(SimServer::tellLeaderChanged);
    }
    return result;
  }

  private static void tellGone(SimConnection connection, LatchNode gone) {
    connection.answer(
        0,
        () ->
            connection.toClient(
                "zk latch node gone",
                () -> connection.watcher().onLatchNodeGone(connection, gone)));
  }

  private static void tellLeaderChanged(Session session) {
    SimConnection connection = session.connection();
    if (connection != null) {
      connection.answer(
          0,
          () ->
              connection.toClient(
                  "zk leader changed", () -> connection.watcher().onLeaderChanged(connection)));
    }
  }

  private long now() {
    return node.clock().relativeTimeNanos();
  }
}
