package org.stellwerk.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.client.LeaderLookup;
import org.stellwerk.client.cli.CliFrontend;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.filesystem.FileHighAvailabilityServices;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.leaderelection.LeaderContender;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.runtime.options.RestOptions;
import org.stellwerk.util.IdGenerator;

/** The command line, where nobody answers at the configured address and somebody else leads. */
final class RestLeaderLookupTest {

  @TempDir Path directory;
  private final ExecutorService io = Executors.newCachedThreadPool();
  private final AtomicInteger lookups = new AtomicInteger();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Configuration configuration;
  private HttpServer rest;
  private HighAvailabilityServices leader;

  @BeforeEach
  void start() throws Exception {
    rest = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    rest.createContext(
        "/jobs/overview",
        exchange -> {
          byte[] answer = "{\"jobs\":[]}".getBytes(UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    rest.start();
    configuration =
        Configuration.empty()
            .with(HighAvailabilityOptions.TYPE, HighAvailabilityOptions.Type.FILE)
            .with(HighAvailabilityOptions.STORAGE_DIR, directory.toUri().toString())
            .with("jobmanager.rpc.address", "127.0.0.1")
            .with(RestOptions.PORT, closedPort());
    leader = FileHighAvailabilityServices.create(configuration, io, IdGenerator.secure());
  }

  @AfterEach
  void stop() {
    leader.closeAsync().join();
    rest.stop(0);
    io.shutdownNow();
  }

  private static int closedPort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private String leaderAddress() {
    return "http://127.0.0.1:" + rest.getAddress().getPort();
  }

  private void lead() throws Exception {
    CompletableFuture<UUID> granted = new CompletableFuture<>();
    leader
        .leaderElection()
        .startLeaderElection(
            new LeaderContender() {
              @Override
              public void grantLeadership(UUID leaderSessionId) {
                granted.complete(leaderSessionId);
              }

              @Override
              public void revokeLeadership() {}

              @Override
              public void handleError(Exception exception) {
                granted.completeExceptionally(exception);
              }
            });
    UUID session = granted.get(20, TimeUnit.SECONDS);
    leader
        .leaderElection()
        .confirmLeadership(new LeaderInformation(session, "akka://leader/", leaderAddress()))
        .get(20, TimeUnit.SECONDS);
  }

  private int stellwerk(String... words) {
    return CliFrontend.run(
        words,
        () -> configuration,
        effective -> Optional.of(counting(new RestLeaderLookup(effective, Duration.ofSeconds(1)))),
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }

  private LeaderLookup counting(LeaderLookup lookup) {
    return () -> {
      lookups.incrementAndGet();
      return lookup.find();
    };
  }

  @Test
  void theLeaderIsAskedWhereNobodyAnswersAtTheConfiguredAddress() throws Exception {
    lead();
    assertThat(stellwerk("list")).as(err.toString(UTF_8)).isZero();
    assertThat(lookups).hasValue(1);
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void nobodyIsLookedUpWhileTheConfiguredAddressAnswers() throws Exception {
    lead();
    configuration = configuration.with(RestOptions.PORT, rest.getAddress().getPort());
    assertThat(stellwerk("list")).isZero();
    assertThat(lookups).hasValue(0);
  }

  @Test
  void whoNamesAnAddressMeansThatOne() throws Exception {
    lead();
    assertThat(stellwerk("list", "-m", "127.0.0.1:" + configuration.get(RestOptions.PORT)))
        .isEqualTo(1);
    assertThat(lookups).hasValue(0);
  }

  @Test
  void nobodyWhoLeadsIsOneLine() {
    assertThat(stellwerk("list")).isEqualTo(1);
    List<String> lines = err.toString(UTF_8).lines().toList();
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0))
        .contains("No cluster answers at http://127.0.0.1:")
        .endsWith("And no JobManager leads the cluster: wait for one, or start one.");
  }

  @Test
  void aZooKeeperThatCannotBeReachedIsOneLine() throws Exception {
    configuration =
        configuration
            .with(HighAvailabilityOptions.TYPE, HighAvailabilityOptions.Type.ZOOKEEPER)
            .with(HighAvailabilityOptions.ZOOKEEPER_QUORUM, "127.0.0.1:" + closedPort());
    assertThat(stellwerk("list")).isEqualTo(1);
    List<String> lines = err.toString(UTF_8).lines().toList();
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0))
        .contains("No cluster answers at http://127.0.0.1:")
        .contains("The leader cannot be looked up: No ZooKeeper server can be reached");
  }

  @Test
  void aClusterOfOneJobManagerHasNobodyToBeLookedUp() {
    assertThat(RestLeaderLookup.of(Configuration.empty())).isEmpty();
    assertThat(RestLeaderLookup.of(configuration)).isPresent();
  }
}
