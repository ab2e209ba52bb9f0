package org.stellwerk.simulation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimRandom;
import org.stellwerk.simulation.SimZnodes.LatchNode;
import org.stellwerk.util.ExceptionUtils;

/**
 * One process's client of the coordination service, with the patience of the real one: pings, gives
 * a connection up when it hears nothing for two thirds of the session's timeout (the session may
 * live on: SUSPENDED), connects again after a pause, learns only then that its session has expired
 * (LOST), and begins another. Operations are repeated while connections are lost.
 *
 * <p>A real process connects before it starts, or does not start; this one waits for its first
 * connection. Everything happens in events of the process, outside of every main thread.
 */
final class SimClient implements SimConnection.Watcher {

  /** What happens to the client's connection and to what it watches. */
  interface Listener {

    /** There is no connection any more. */
    void onDisconnected();

    /** There is a connection again, with the same session or with another. */
    void onReconnected();

    /** The server has ended the session. */
    void onSessionLost();

    /** What the leader has published has changed. */
    void onLeaderChanged();

    /** A latch node that was watched is gone. */
    void onLatchNodeGone(LatchNode gone);
  }

  /** The connection was lost before the answer came. */
  private static final class ConnectionLostException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

  private final SimCoordination service;
  private final SimNode node;
  private final SimClientConfig config;
  private final SimRandom random;
  private final Listener listener;
  private final CompletableFuture<Void> firstConnection = new CompletableFuture<>();
  private final List<CompletableFuture<?>> pending = new ArrayList<>();
  private final List<CompletableFuture<Void>> waitingForConnection = new ArrayList<>();
  private @Nullable SimConnection connection;
  private @Nullable ScheduledFuture<?> timer;
  private int sessionId;
  private int failedConnects;
  private boolean connected;
  private boolean closed;
  private final long readTimeoutNanos;
  private final long pingIntervalNanos;
  private long lastHeardNanos;
  private long lastSentNanos;

  SimClient(SimCoordination service, SimNode node, Listener listener) {
    this.service = service;
    this.node = node;
    this.config = service.clientConfig();
    this.readTimeoutNanos = config.readTimeout().toNanos();
    this.pingIntervalNanos = config.pingInterval().toNanos();
    this.random = node.random().fork("zk");
    this.listener = listener;
  }

  /** Runs the action with the first connection, or at once after it. */
  void whenFirstConnected(Runnable action) {
    firstConnection.thenRun(action);
  }

  boolean isConnected() {
    return connected;
  }

  boolean isClosed() {
    return closed;
  }

  /** Opens a connection, and a session if there is none. */
  void connect() {
    if (closed) {
      return;
    }
    SimServer server = service.server();
    SimConnection opened = new SimConnection(service.network(), node, server.node(), this);
    connection = opened;
    int known = sessionId;
    Runnable handshake =
        () ->
            opened.toServer(
                "zk connect",
                () -> server.onConnect(opened, known, granted -> onConnected(opened, granted)));
    opened.toServer("zk syn", () -> opened.toClient("zk syn-ack", handshake));
    arm(config.connectionTimeout().toNanos(), () -> onConnectionLost(opened));
  }

  private void onConnected(SimConnection opened, int granted) {
    if (connection != opened || connected) {
      return;
    }
    if (granted == 0) {
      sessionId = 0;
      listener.onSessionLost();
      connect();
      return;
    }
    sessionId = granted;
    connected = true;
    failedConnects = 0;
    lastHeardNanos = now();
    lastSentNanos = now();
    keepAlive();
    List<CompletableFuture<Void>> waiting = List.copyOf(waitingForConnection);
    waitingForConnection.clear();
    if (!firstConnection.complete(null)) {
      listener.onReconnected();
    }
    waiting.forEach(each -> each.complete(null));
  }

  /** Pings in time, and notices silence. */
  private void keepAlive() {
    SimConnection current = connection;
    if (current == null || !connected) {
      return;
    }
    if (now() - lastHeardNanos >= readTimeoutNanos) {
      onConnectionLost(current);
      return;
    }
    if (now() - lastSentNanos >= pingIntervalNanos) {
      lastSentNanos = now();
      SimServer server = service.server();
      current.toServer("zk ping", () -> server.onPing(current, () -> heard(current)));
    }
    long nextPing = lastSentNanos + pingIntervalNanos;
    long silence = lastHeardNanos + readTimeoutNanos;
    arm(Math.min(nextPing, silence) - now(), this::keepAlive);
  }

  private void arm(long delayNanos, Runnable action) {
    disarm();
    timer = node.drivers().schedule(action, delayNanos, TimeUnit.NANOSECONDS);
  }

  private void disarm() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private boolean heard(SimConnection source) {
    boolean current = source == connection && connected;
    if (current) {
      lastHeardNanos = now();
    }
    return current;
  }

  @Override
  public void onConnectionLost(SimConnection lost) {
    if (lost != connection || closed) {
      return;
    }
    drop();
    if (closed) {
      return;
    }
    long pause = random.nextLong(LONGEST_PAUSE_NANOS);
    // Once it has tried all servers the real client waits before it begins anew.
    pause += failedConnects++ > 0 ? LONGEST_PAUSE_NANOS : 0;
    arm(pause, this::connect);
  }

  private void drop() {
    boolean wasConnected = connected;
    connection = null;
    connected = false;
    if (wasConnected) {
      listener.onDisconnected();
    }
    List<CompletableFuture<?>> unanswered = List.copyOf(pending);
    pending.clear();
    unanswered.forEach(each -> each.completeExceptionally(new ConnectionLostException()));
  }

  @Override
  public void onLeaderChanged(SimConnection source) {
    if (heard(source)) {
      listener.onLeaderChanged();
    }
  }

  @Override
  public void onLatchNodeGone(SimConnection source, LatchNode gone) {
    if (heard(source)) {
      listener.onLatchNodeGone(gone);
    }
  }

  /**
   * Carries an operation to the server and its outcome back; repeats it while connections are lost.
   *
   * @return completes in an event of this process; fails with StoreUnavailableException if the
   *     outcome is unknown
   */
  <T> CompletableFuture<T> call(SimOperation<T> operation) {
    CompletableFuture<T> result = new CompletableFuture<>();
    attempt(operation, 0, result);
    return result;
  }

  private <T> void attempt(SimOperation<T> operation, int retries, CompletableFuture<T> result) {
    whenConnected()
        .thenCompose(ignored -> send(operation))
        .whenComplete(
            (value, failure) -> {
              if (failure == null) {
                result.complete(value);
                return;
              }
              Throwable cause = ExceptionUtils.stripCompletionException(failure);
              if (!(cause instanceof ConnectionLostException)) {
                result.completeExceptionally(cause);
              } else if (closed || retries >= config.maxRetries()) {
                SimOutcome.unknown(operation).complete(result);
              } else {
                node.drivers()
                    .schedule(
                        () -> attempt(operation, retries + 1, result),
                        pauseBefore(retries),
                        TimeUnit.NANOSECONDS);
              }
            });
  }

  private long pauseBefore(int retry) {
    long factor = Math.max(1, random.nextLong(1L << Math.min(retry + 1, 29)));
    return Math.min(config.retryWait().toNanos() * factor, config.longestRetryWait().toNanos());
  }

  /** Completes with a connection, or when waiting for one has taken too long. */
  private CompletableFuture<Void> whenConnected() {
    CompletableFuture<Void> ready = new CompletableFuture<>();
    if (connected || closed) {
      ready.complete(null);
      return ready;
    }
    waitingForConnection.add(ready);
    ScheduledFuture<?> limit =
        node.drivers()
            .schedule(
                () -> {
                  ready.complete(null);
                  waitingForConnection.removeIf(CompletableFuture::isDone);
                },
                config.connectionTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
    ready.whenComplete((ignored, failure) -> limit.cancel(false));
    return ready;
  }

  /** One attempt. */
  <T> CompletableFuture<T> send(SimOperation<T> operation) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    SimConnection current = connection;
    if (current == null || !connected) {
      answer.completeExceptionally(new ConnectionLostException());
      return answer;
    }
    pending.add(answer);
    lastSentNanos = now();
    SimServer server = service.server();
    current.toServer(
        "zk " + operation.what(),
        () ->
            server.onRequest(
                current,
                operation,
                outcome -> {
                  if (heard(current)) {
                    outcome.complete(answer);
                    pending.removeIf(CompletableFuture::isDone);
                  }
                }));
    return answer;
  }

  /** Ends the session if the server can be reached, and everything else at once. */
  CompletableFuture<Void> closeAsync() {
    SimServer server = service.server();
    return send(SimOperation.latch("close session", server::endAsAsked))
        .handle(
            (ignored, failure) -> {
              closed = true;
              disarm();
              drop();
              return null;
            });
  }

  private long now() {
    return node.clock().relativeTimeNanos();
  }
}
