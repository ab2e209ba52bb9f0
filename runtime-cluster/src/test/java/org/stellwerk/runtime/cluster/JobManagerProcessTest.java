package org.stellwerk.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.blob.BlobStore;
import org.stellwerk.runtime.embedded.EmbeddedHaCluster;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.leaderelection.LeaderInformation;

/** What a JobManager makes of grants and revocations. */
class JobManagerProcessTest {

  private static final Duration SOON = Duration.ofSeconds(5);
  private static final UUID FIRST = new UUID(1, 1);
  private static final UUID SECOND = new UUID(2, 2);

  private final SimScheduler sim = new SimScheduler(7);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimNode node = net.newNode("jm");
  private final SimNode caller = net.newNode("caller");
  private final List<Throwable> fatalErrors = new ArrayList<>();
  private final TestingHighAvailability highAvailability =
      new TestingHighAvailability(new EmbeddedHaCluster(node.ids(), node.io()));
  private final TestingElection election = highAvailability.election;
  private final JobManagerProcess process =
      JobManagerProcess.start(
          new JobManagerConfig(Configuration.empty(), new ResourceID("jm"), "http://jm:8081"),
          new ProcessServices(
              node.rpc(),
              highAvailability,
              new RuntimeServices(
                  node.clock(),
                  node.ids(),
                  node.random(),
                  node.io(),
                  fatalErrors::add,
                  FaultPoints.NONE,
                  TransitionObserver.NONE)),
          new NoBlobs());

  private void seconds(int seconds) {
    sim.runFor(Duration.ofSeconds(seconds));
  }

  private JobManagerSnapshot snapshot() {
    process.internalMainThreadGuard().enter();
    try {
      return process.snapshot();
    } finally {
      process.internalMainThreadGuard().leave();
    }
  }

  private void lead(UUID session) {
    seconds(1);
    election.grant(session);
    sim.runUntil(() -> snapshot().state() == LeaderSessionState.CONFIRMED, SOON);
  }

  private CompletableFuture<?> askResourceManager(LeaderInformation leader) {
    return caller
        .rpc()
        .connect(
            leader.resourceManagerAddress(),
            new ResourceManagerId(leader.sessionId()),
            ResourceManagerGateway.class)
        .thenCompose(gateway -> gateway.requestResourceOverview(SOON));
  }

  @Test
  void aSessionIsPublishedOnceItServes() {
    CompletableFuture<List<StoredJob>> recovering = new CompletableFuture<>();
    highAvailability.storedJobs = recovering;
    seconds(1);
    election.grant(FIRST);
    seconds(1);
    assertThat(snapshot().state()).isEqualTo(LeaderSessionState.STARTING);
    assertThat(election.confirmed).isEmpty();
    recovering.complete(List.of());
    seconds(1);
    assertThat(snapshot().state()).isEqualTo(LeaderSessionState.CONFIRMED);
    assertThat(election.confirmed).extracting(LeaderInformation::sessionId).containsExactly(FIRST);
    assertThat(election.confirmed.get(0).restAddress()).isEqualTo("http://jm:8081");
    sim.await(askResourceManager(election.confirmed.get(0)));
  }

  @Test
  void aRevocationEndsTheSession() {
    lead(FIRST);
    election.revoke();
    seconds(1);
    assertThat(snapshot()).isEqualTo(new JobManagerSnapshot(null, null, List.of()));
    assertThat(sim.awaitFailure(askResourceManager(election.confirmed.get(0))))
        .isInstanceOf(RpcConnectionException.class);
    assertThat(fatalErrors).isEmpty();
  }

  @Test
  void anotherGrantEndsTheFormerSessionAndOpensItsOwn() {
    lead(FIRST);
    lead(SECOND);
    seconds(1);
    assertThat(snapshot())
        .isEqualTo(new JobManagerSnapshot(SECOND, LeaderSessionState.CONFIRMED, List.of()));
    assertThat(sim.awaitFailure(askResourceManager(election.confirmed.get(0))))
        .isInstanceOf(RpcConnectionException.class);
    sim.await(askResourceManager(election.confirmed.get(1)));
  }

  @Test
  void aSessionThatIsRevokedWhileItStartsIsNotPublished() {
    CompletableFuture<List<StoredJob>> recovering = new CompletableFuture<>();
    highAvailability.storedJobs = recovering;
    seconds(1);
    election.grant(FIRST);
    seconds(1);
    election.revoke();
    recovering.complete(List.of());
    seconds(5);
    assertThat(election.confirmed).isEmpty();
    assertThat(snapshot()).isEqualTo(new JobManagerSnapshot(null, null, List.of()));
    assertThat(fatalErrors).isEmpty();
  }

  @Test
  void aPublicationThatDoesNotGetThroughIsRepeated() {
    election.confirmationFailures.add(new StoreUnavailableException("away", null));
    election.confirmationFailures.add(new StoreUnavailableException("away", null));
    lead(FIRST);
    assertThat(election.confirmed).hasSize(1);
    assertThat(fatalErrors).isEmpty();
  }

  @Test
  void aSessionThatCannotStartEndsTheProcessOnlyIfItLeads() {
    highAvailability.storedJobs =
        CompletableFuture.failedFuture(new IllegalStateException("job 17 cannot be read"));
    seconds(1);
    election.grant(FIRST);
    seconds(1);
    assertThat(fatalErrors).hasSize(1);
    assertThat(fatalErrors.get(0))
        .isInstanceOf(LeaderSessionException.class)
        .hasStackTraceContaining("job 17 cannot be read");
    fatalErrors.clear();
    election.grant(SECOND);
    election.revoke();
    seconds(1);
    assertThat(fatalErrors).isEmpty();
    assertThat(election.confirmed).isEmpty();
  }

  @Test
  void aGrantAtOrAfterTheEndOpensNothing() {
    lead(FIRST);
    CompletableFuture<Void> ended = process.closeAsync();
    election.grant(SECOND);
    sim.await(ended);
    assertThat(election.closed).isTrue();
    election.grant(new UUID(3, 3));
    seconds(5);
    assertThat(election.confirmed).hasSize(1);
    assertThat(fatalErrors).isEmpty();
  }

  private static final class NoBlobs implements BlobStore {

    @Override
    public CompletableFuture<BlobKey> put(Path file) {
      return CompletableFuture.failedFuture(new IllegalStateException("No jars here"));
    }

    @Override
    public CompletableFuture<Boolean> contains(BlobKey key) {
      return CompletableFuture.completedFuture(false);
    }

    @Override
    public CompletableFuture<Void> delete(
        BlobKey key, Supplier<CompletableFuture<Void>> permission) {
      return FutureUtils.completedVoidFuture();
    }

    @Override
    public String serverAddress() {
      return "http://jm:1";
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
      return FutureUtils.completedVoidFuture();
    }
  }
}
