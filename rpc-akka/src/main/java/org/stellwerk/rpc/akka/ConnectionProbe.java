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
import org.stellwerk.rpc.exceptions.RpcConnectionException;

/**
 * Finds out at once what Artery would keep to itself: that a host is unknown, or that nobody
 * listens on a port. Opens a TCP connection and closes it; blocking, on short-lived daemon threads.
 */
final class ConnectionProbe {

  private static final int MAX_THREADS = 8;
  private static final long MAX_TIMEOUT_MS = 60_000;

  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(
          MAX_THREADS,
          MAX_THREADS,
          1,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          runnable -> {
            Thread thread = new Thread(runnable, "rpc-probe");
            thread.setDaemon(true);
            return thread;
          });

  ConnectionProbe() {
    executor.allowCoreThreadTimeOut(true);
  }

  /** Completes if somebody listens; fails with RpcConnectionException if not. */
  CompletableFuture<Void> probe(String host, int port, Duration timeout) {
    int timeoutMs = (int) Math.max(1, Math.min(MAX_TIMEOUT_MS, timeout.toMillis()));
    return CompletableFuture.runAsync(
        () -> {
          try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(host), port), timeoutMs);
          } catch (UnknownHostException e) {
            throw new ProbeFailure("host " + host + " cannot be resolved", e);
          } catch (IOException e) {
            throw new ProbeFailure(
                "nobody answers at " + host + ":" + port + " (" + e.getMessage() + ")", e);
          }
        },
        executor);
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
  }

  private static final class ProbeFailure extends CompletionException {
    ProbeFailure(String message, Throwable cause) {
      super(new RpcConnectionException(message, cause));
    }
  }
}
