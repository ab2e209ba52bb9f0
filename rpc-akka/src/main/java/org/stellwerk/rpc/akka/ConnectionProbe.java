package org.stellwerk.rpc.akka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.rpc.exceptions.RpcConnectionException;

/**
 * Finds out at once what Artery would keep to itself: that a host is unknown, that nobody listens
 * on a port, or that who listens there refuses to talk to this process. Opens a {@link
 * TrialConnection}, closed soon; blocking, on short-lived daemon threads.
 */
final class ConnectionProbe {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionProbe.class);

  /** Each waits for one host; those that answer must not wait for those that do not. */
  private static final int MAX_THREADS = 64;

  private static final long MAX_TIMEOUT_MS = 60_000;

  private final @Nullable Tls tls;
  private final ThreadPoolExecutor executor = threads(MAX_THREADS, "rpc-probe");

  /** Knocks have threads of their own: many peers may be silent at once, for long. */
  private final ThreadPoolExecutor knocking = threads(MAX_THREADS, "rpc-knock");

  ConnectionProbe(@Nullable Tls tls) {
    this.tls = tls;
  }

  private static ThreadPoolExecutor threads(int number, String name) {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            number,
            number,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            runnable -> {
              Thread thread = new Thread(runnable, name);
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /** Completes if somebody listens; fails with RpcConnectionException if not. */
  CompletableFuture<TrialConnection> probe(String host, int port, Duration timeout) {
    return CompletableFuture.supplyAsync(() -> connect(host, port, timeout), executor);
  }

  /**
   * Whether the process that listens answers on a fresh connection. A kernel accepts for a paused
   * process, too; but only one that runs ends a connection that its peer has ended, or makes a TLS
   * handshake.
   *
   * @param timeout from now on: a knock for which no thread is free until then is not answered
   * @return may be cancelled, and costs nothing then if the knock has not begun
   */
  CompletableFuture<Boolean> knock(String host, int port, Duration timeout) {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    CompletableFuture<Boolean> answered = new CompletableFuture<>();
    knocking.execute(
        () -> {
          Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
          if (!answered.isDone()) {
            answered.complete(left.toMillis() > 0 && isAnswered(host, port, left));
          }
        });
    return answered;
  }

  private boolean isAnswered(String host, int port, Duration timeout) {
    try {
      return connect(host, port, timeout).isAnswered();
    } catch (RuntimeException e) {
      LOG.debug("Nobody answers a knock at {}:{}.", host, port, e);
      return false;
    }
  }

  private TrialConnection connect(String host, int port, Duration timeout) {
    int timeoutMs = (int) Math.max(1, Math.min(MAX_TIMEOUT_MS, timeout.toMillis()));
    Socket socket = new Socket();
    TrialConnection trial = new TrialConnection(socket, host + ":" + port, tls);
    try {
      socket.setSoTimeout(timeoutMs);
      socket.connect(new InetSocketAddress(InetAddress.getByName(host), port), timeoutMs);
    } catch (UnknownHostException e) {
      trial.close();
      throw new ProbeFailure("host " + host + " cannot be resolved", e);
    } catch (IOException e) {
      trial.close();
      throw new ProbeFailure(
          "nobody answers at " + host + ":" + port + " (" + e.getMessage() + ")", e);
    }
    try {
      trial.greet();
      return trial;
    } catch (RpcConnectionException e) {
      throw new CompletionException(e);
    }
  }

  /** Fails the call when the other side ends the connection before the call is answered. */
  void failIfRefused(PendingCall call, TrialConnection trial) {
    call.whenComplete((answer, failure) -> trial.close());
    if (executor.getActiveCount() > MAX_THREADS / 2) {
      trial.close();
    } else {
      executor.execute(() -> trial.awaitRefusal().ifPresent(call::fail));
    }
  }

  /** Where a host is; fails if its name cannot be resolved. */
  CompletableFuture<InetSocketAddress> resolve(String host, int port) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
          } catch (UnknownHostException e) {
            throw new ProbeFailure("host " + host + " cannot be resolved", e);
          }
        },
        executor);
  }

  void close() {
    executor.shutdownNow();
    knocking.shutdownNow();
  }

  private static final class ProbeFailure extends CompletionException {
    ProbeFailure(String message, Throwable cause) {
      super(new RpcConnectionException(message, cause));
    }
  }
}
