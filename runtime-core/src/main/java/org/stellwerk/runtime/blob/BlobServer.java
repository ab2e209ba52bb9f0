package org.stellwerk.runtime.blob;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.id.BlobKey;

/**
 * Serves the files of a directory by their keys: {@code GET} and {@code HEAD} of {@code
 * /blobs/<sha256>}. Reads only; whoever fetches checks the content against the key. A few daemon
 * threads of its own; thread-safe.
 */
final class BlobServer implements AutoCloseable {

  private static final String NO_DELAY = "sun.net.httpserver.nodelay";
  private static final Logger LOG = LoggerFactory.getLogger(BlobServer.class);
  private static final String PATH = "/blobs/";
  private static final int THREADS = 4;

  private final BlobFiles files;
  private final String address;
  private final HttpServer server;
  private final ExecutorService threads;

  private BlobServer(BlobFiles files, String advertisedHost, HttpServer server) {
    this.files = files;
    this.server = server;
    String host = advertisedHost.contains(":") ? "[" + advertisedHost + "]" : advertisedHost;
    this.address = "http://" + host + ":" + server.getAddress().getPort() + PATH;
    AtomicInteger number = new AtomicInteger();
    this.threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "blob-server-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Starts a server; port 0 for any. */
  static BlobServer start(BlobFiles files, String bindHost, String advertisedHost, int port)
      throws IOException {
    if (System.getProperty(NO_DELAY) == null) {
      // Read once per process, by the first HTTP server; without it small answers take 40 ms.
      System.setProperty(NO_DELAY, "true");
    }
    HttpServer http;
    try {
      http = HttpServer.create(new InetSocketAddress(bindHost, port), 0);
    } catch (BindException | UnresolvedAddressException e) {
      throw new IOException(
          "The blob server cannot listen on "
              + bindHost
              + ":"
              + port
              + ": "
              + (e.getMessage() == null ? "unknown host" : e.getMessage())
              + "; set 'blob.server.port' to a free port or to 0 for any",
          e);
    }
    BlobServer server = new BlobServer(files, advertisedHost, http);
    http.createContext(PATH, server::handle);
    http.setExecutor(server.threads);
    // The server's own thread is a daemon if the one that starts it is.
    CompletableFuture.runAsync(http::start, server.threads).join();
    return server;
  }

  /** "http://host:port/blobs/". */
  String address() {
    return address;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      String name = exchange.getRequestURI().getPath().substring(PATH.length());
      if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        refuse(exchange, 405, "Only GET and HEAD are answered here");
      } else if (!name.matches("[0-9a-f]{64}")) {
        refuse(exchange, 400, "Not a blob key: expected 64 hexadecimal digits");
      } else {
        send(exchange, name, method.equals("HEAD"));
      }
    } catch (IOException e) {
      LOG.debug("{} {}: {}", exchange.getRequestMethod(), exchange.getRequestURI(), e.toString());
    }
  }

  private void send(HttpExchange exchange, String name, boolean headOnly) throws IOException {
    try (SeekableByteChannel file = files.open(new BlobKey(name))) {
      long size = file.size();
      exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
      if (headOnly) {
        exchange.getResponseHeaders().set("Content-Length", String.valueOf(size));
        exchange.sendResponseHeaders(200, -1);
      } else {
        exchange.sendResponseHeaders(200, size == 0 ? -1 : size);
        Channels.newInputStream(file).transferTo(exchange.getResponseBody());
      }
    } catch (NoSuchFileException e) {
      refuse(exchange, 404, "No blob " + name);
    }
  }

  private static void refuse(HttpExchange exchange, int status, String message) throws IOException {
    byte[] body = (message + "\n").getBytes(UTF_8);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(status, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }
}
