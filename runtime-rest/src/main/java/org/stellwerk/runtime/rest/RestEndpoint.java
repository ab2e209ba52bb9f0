package org.stellwerk.runtime.rest;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.blob.BlobStore;
import org.stellwerk.runtime.gateway.ClusterAccess;
import org.stellwerk.runtime.options.RestOptions;
import org.stellwerk.time.Clock;
import org.stellwerk.time.SystemClock;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * The REST API of a JobManager process, in the shapes of Flink's, version 1. Every process of the
 * cluster answers, leader or not: requests go to whoever leads. Soft state only: uploaded jars, in
 * a temporary directory that is removed at the end.
 *
 * <p>Built on the JDK's HTTP server: measured with the same thirty routes and one request, Javalin
 * with its Jetty started 0.2 to 0.7 s later and took 39 MB more resident memory (106 against 67 MB
 * for the whole JVM, serial collector), a fifth of what a JobManager may take. The price is the
 * small router and the multipart reader of this package.
 *
 * <p>Threads: a few of its own, which read bodies and write answers; none is held while the cluster
 * is waited for.
 */
public final class RestEndpoint implements AutoCloseableAsync {

  private static final Logger LOG = LoggerFactory.getLogger(RestEndpoint.class);
  private static final int THREADS = 8;
  private static final int MAX_WAITING_REQUESTS = 1000;
  private static final int BACKLOG = 128;

  private final RestConfig config;
  private final ClusterAccess cluster;
  private final BlobStore blobStore;
  private final Clock clock;
  private final @Nullable JarRunner jarRunner;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private @Nullable HttpServer server;
  private @Nullable ThreadPoolExecutor executor;
  private @Nullable Path uploads;
  private boolean closing;

  /** An endpoint on the machine's clock that does not listen yet, and cannot run uploaded jars. */
  public RestEndpoint(RestConfig config, ClusterAccess cluster, BlobStore blobStore) {
    this(config, cluster, blobStore, SystemClock.INSTANCE, null);
  }

  /**
   * An endpoint that does not listen yet.
   *
   * @param cluster the way to the leader; closed by the caller
   * @param blobStore where the jars of submitted jobs go; closed by the caller
   * @param jarRunner runs uploaded jars; without one there is no such route
   */
  public RestEndpoint(
      RestConfig config,
      ClusterAccess cluster,
      BlobStore blobStore,
      Clock clock,
      @Nullable JarRunner jarRunner) {
    this.config = config;
    this.cluster = cluster;
    this.blobStore = blobStore;
    this.clock = clock;
    this.jarRunner = jarRunner;
  }

  /**
   * Begins to listen; once.
   *
   * @return the URL under which clients reach it, "http://host:port"
   * @throws BindException in one line, which names what is to be changed, if no port is free
   * @throws IOException if the directory for uploads cannot be made
   */
  public synchronized String start() throws IOException {
    if (server != null || closing) {
      throw new IllegalStateException("The REST endpoint was started or closed before");
    }
    // Without these an answer on a kept connection takes 40 ms, and a client that stops sending
    // holds a thread for ever. Read once per process, by the first HTTP server.
    setDefault("sun.net.httpserver.nodelay", "true");
    setDefault("sun.net.httpserver.maxReqTime", "900");
    HttpServer bound = bind();
    Path directory;
    try {
      directory = newUploadDirectory();
    } catch (IOException e) {
      bound.stop(0);
      throw new IOException(
          "No directory for uploads can be made in "
              + config.temporaryDirectory()
              + " (io.tmp.dirs): "
              + e,
          e);
    }
    server = bound;
    uploads = directory;
    ThreadPoolExecutor threads = newExecutor();
    executor = threads;
    bound.setExecutor(threads);
    bound.createContext(
        "/",
        new ExchangeHandler(
            newRouter(directory, threads),
            config.limits().maxContentLength(),
            config.shown().get(RestOptions.ACCESS_CONTROL_ALLOW_ORIGIN),
            threads));
    // The server's own thread is a daemon if the one that starts it is.
    CompletableFuture.runAsync(bound::start, threads).join();
    String url = url(bound);
    LOG.info("REST endpoint listens at {} (interface {}).", url, bound.getAddress());
    return url;
  }

  /** The port that is listened on; only after a successful start. */
  public synchronized int port() {
    if (server == null) {
      throw new IllegalStateException("The REST endpoint is not started");
    }
    return server.getAddress().getPort();
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private String url(HttpServer bound) {
    return "http://" + config.address() + ":" + bound.getAddress().getPort();
  }

  private HttpServer bind() throws IOException {
    List<Integer> ports = BindPorts.parse(config.bindPorts());
    String reason = "";
    for (int port : ports) {
      InetSocketAddress address = new InetSocketAddress(config.bindAddress(), port);
      if (address.isUnresolved()) {
        throw new BindException(
            "The host '"
                + config.bindAddress()
                + "' is not known here; set rest.bind-address to one of this machine");
      }
      try {
        return HttpServer.create(address, BACKLOG);
      } catch (BindException e) {
        reason = String.valueOf(e.getMessage());
        LOG.debug("Cannot listen on {}: {}", address, reason);
      }
    }
    throw new BindException(
        "The REST endpoint cannot listen on port "
            + config.bindPorts()
            + " of "
            + config.bindAddress()
            + " ("
            + reason
            + "); set rest.port, or rest.bind-port, to a free one");
  }

  private Path newUploadDirectory() throws IOException {
    Files.createDirectories(config.temporaryDirectory());
    return Files.createTempDirectory(config.temporaryDirectory(), "stellwerk-rest-");
  }

  private static ThreadPoolExecutor newExecutor() {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(MAX_WAITING_REQUESTS),
            task -> {
              Thread thread = new Thread(task, "stellwerk-rest-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  private Router newRouter(Path directory, Executor threads) throws IOException {
    Leader leader = new Leader(cluster, config.limits());
    Path requests = directory.resolve("requests");
    JarStore jars = new JarStore(directory.resolve("jars"));
    Router router = new Router();
    new ClusterRoutes(leader, clock, version(), jarRunner != null).addTo(router);
    new ConfigurationRoutes(config.shown()).addTo(router);
    new JobRoutes(leader, clock).addTo(router);
    new ResourceRequirementsRoutes(leader).addTo(router);
    new SubmissionRoutes(leader, blobStore, requests, threads).addTo(router);
    new JarRoutes(jars, requests, this::publicUrl, jarRunner).addTo(router);
    return router;
  }

  private synchronized String publicUrl() {
    return server == null ? "" : url(server);
  }

  private static String version() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = RestEndpoint.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    }
    return properties.getProperty("version", "unknown");
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    synchronized (this) {
      if (closing) {
        return closed;
      }
      closing = true;
    }
    Thread closer = new Thread(this::close, "stellwerk-rest-close");
    closer.setDaemon(true);
    closer.start();
    return closed;
  }

  /** Some may be removing files of requests. */
  private static void awaitEnd(ThreadPoolExecutor threads) {
    try {
      if (!threads.awaitTermination(1, TimeUnit.SECONDS)) {
        LOG.debug("{} requests have not ended.", threads.getActiveCount());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void close() {
    HttpServer stopping;
    ThreadPoolExecutor threads;
    Path directory;
    synchronized (this) {
      stopping = server;
      threads = executor;
      directory = uploads;
    }
    try {
      if (stopping != null) {
        stopping.stop(0);
      }
      if (threads != null) {
        threads.shutdownNow();
        awaitEnd(threads);
      }
      if (directory != null) {
        TemporaryFiles.deleteRecursively(directory);
      }
      closed.complete(null);
    } catch (RuntimeException e) {
      closed.completeExceptionally(e);
    }
  }
}
