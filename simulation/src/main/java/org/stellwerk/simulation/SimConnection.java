package org.stellwerk.simulation;

import java.util.concurrent.TimeUnit;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;

/**
 * One connection of a client to the coordination service, as TCP is one: what is sent arrives in
 * its order or not at all, and after a gap nothing arrives any more. What was sent before the
 * client gave the connection up may still arrive at the server.
 */
final class SimConnection {

  /** The client's end of its connections, in events of the client. */
  interface Watcher {

    /** The connection is known to be lost; may come again. */
    void onConnectionLost(SimConnection connection);

    /** The leader's node has changed. */
    void onLeaderChanged(SimConnection connection);

    /** A latch node that was watched is gone. */
    void onLatchNodeGone(SimConnection connection, SimZnodes.LatchNode gone);
  }

  private final SimNetwork network;
  private final SimNode client;
  private final SimNode server;
  private final Watcher watcher;
  private final Direction up = new Direction();
  private final Direction down = new Direction();
  private int sessionId;

  /**
   * A connection over which nothing was sent.
   *
   * @param watcher the client's end
   */
  SimConnection(SimNetwork network, SimNode client, SimNode server, Watcher watcher) {
    this.network = network;
    this.client = client;
    this.server = server;
    this.watcher = watcher;
  }

  SimNode client() {
    return client;
  }

  Watcher watcher() {
    return watcher;
  }

  /** The session that it belongs to; 0 until the server has said. */
  int sessionId() {
    return sessionId;
  }

  /** Whether the session has not moved to another connection. */
  boolean carries(SimZnodes.Session session) {
    return session.connection() == this;
  }

  void belongsTo(int session) {
    sessionId = session;
  }

  /** Sends to the server. */
  void toServer(String label, Runnable atServer) {
    send(up, client, server, label, atServer, () -> watcher.onConnectionLost(this));
  }

  /** Sends to the client. */
  void toClient(String label, Runnable atClient) {
    send(down, server, client, label, atClient, () -> {});
  }

  private void send(
      Direction way, SimNode from, SimNode to, String label, Runnable arrival, Runnable loss) {
    int number = way.sent++;
    Runnable inOrder =
        () -> {
          if (number == way.received) {
            way.received++;
            arrival.run();
          }
        };
    network.transmit(from, to, way.lanes, label, SimNetwork.Delivery.of(inOrder, loss));
  }

  /** Runs the server's work on a request after the delay, behind that on earlier requests. */
  void work(long delayNanos, Runnable work) {
    up.inTurn(server, delayNanos, work);
  }

  /** Lets the server answer after the delay, behind its earlier answers. */
  void answer(long delayNanos, Runnable answer) {
    down.inTurn(server, delayNanos, answer);
  }

  private static final class Direction {

    private final SimNetwork.Lanes lanes = new SimNetwork.Lanes();
    private int sent;
    private int received;
    private long busyUntilNanos;

    void inTurn(SimNode server, long delayNanos, Runnable action) {
      long now = server.clock().relativeTimeNanos();
      long ready = Math.max(now + delayNanos, busyUntilNanos);
      if (ready <= now) {
        action.run();
        return;
      }
      busyUntilNanos = ready + 1;
      server.timers().schedule(action, ready - now, TimeUnit.NANOSECONDS);
    }
  }
}
