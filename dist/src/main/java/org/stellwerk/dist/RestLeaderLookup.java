package org.stellwerk.dist;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.stellwerk.client.ClusterException;
import org.stellwerk.client.LeaderLookup;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.filesystem.FileHighAvailabilityServices;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.zookeeper.ZooKeeperHighAvailabilityServices;
import org.stellwerk.runtime.highavailability.zookeeper.ZooKeeperUnavailableException;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.util.ExceptionUtils;
import org.stellwerk.util.IdGenerator;

/**
 * Where the leader's REST API is, from ZooKeeper or the leader's file, as the processes of the
 * cluster find each other. Waits for a leader that is just being elected. Connects for each look,
 * as there are few.
 */
final class RestLeaderLookup implements LeaderLookup {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Configuration configuration;
  private final Duration patience;

  RestLeaderLookup(Configuration configuration, Duration patience) {
    this.configuration = configuration;
    this.patience = patience;
  }

  /** The look-up of a cluster; empty if its only JobManager is the configured one. */
  static Optional<LeaderLookup> of(Configuration configuration) {
    return configuration.get(HighAvailabilityOptions.TYPE) == HighAvailabilityOptions.Type.NONE
        ? Optional.empty()
        : Optional.of(new RestLeaderLookup(configuration, PATIENCE));
  }

  @Override
  public Optional<URI> find() {
    ExecutorService io = Executors.newCachedThreadPool(RestLeaderLookup::daemon);
    try {
      HighAvailabilityServices services = open(io);
      Listener listener = new Listener();
      services.newLeaderRetrieval().start(listener);
      try {
        return Optional.of(listener.found.get(patience.toMillis(), TimeUnit.MILLISECONDS));
      } finally {
        services.closeAsync().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("Interrupted while looking for the leader", e);
    } catch (ExecutionException | ZooKeeperUnavailableException | IllegalConfigurationException e) {
      throw new ClusterException(
          "The leader cannot be looked up: "
              + ExceptionUtils.describe(ExceptionUtils.stripCompletionException(e)),
          e);
    } finally {
      io.shutdown();
    }
  }

  private HighAvailabilityServices open(ExecutorService io)
      throws ZooKeeperUnavailableException, InterruptedException {
    IdGenerator ids = IdGenerator.secure();
    return configuration.get(HighAvailabilityOptions.TYPE) == HighAvailabilityOptions.Type.FILE
        ? FileHighAvailabilityServices.create(configuration, io, ids)
        : ZooKeeperHighAvailabilityServices.create(
            configuration.with(
                HighAvailabilityOptions.ZOOKEEPER_CONNECTION_TIMEOUT.key(),
                patience.toMillis() + " ms"),
            io,
            ids);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "leader-lookup");
    thread.setDaemon(true);
    return thread;
  }

  private static final class Listener implements LeaderRetrievalListener {

    private final CompletableFuture<URI> found = new CompletableFuture<>();

    @Override
    public void notifyLeader(Optional<LeaderInformation> leader) {
      leader
          .map(LeaderInformation::restAddress)
          .filter(address -> !address.isEmpty())
          .ifPresent(address -> found.complete(URI.create(address)));
    }

    @Override
    public void handleError(Exception exception) {
      found.completeExceptionally(exception);
    }
  }
}
