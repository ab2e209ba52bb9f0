package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.options.HighAvailabilityOptions;

/** Slow, failing and broken requests to the coordination service, as a process sees them. */
class SimServiceFaultsTest {

  private static final int WRITES = 200;

  private final SimScheduler sim = new SimScheduler(5);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimCoordination zk = new SimCoordination(net, Configuration.empty());
  private final SimCandidate leader = new SimCandidate(zk, net, "jm-1");
  private final JobStore store = leader.services().jobStore();

  /** One after the other; a closed connection would fail all that are under way. */
  private List<CompletableFuture<Void>> write() {
    UUID session = leader.lastGrant();
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    for (int i = 0; i < WRITES && leader.leads(); i++) {
      CompletableFuture<Void> write = store.putJob(session, SimCandidate.job(i, "job"));
      sim.runUntil(write::isDone);
      writes.add(write);
    }
    return writes;
  }

  @Test
  void slowRequestsAreAnsweredInTheEnd() {
    zk.faults().slow(0.5, Duration.ofMillis(20));
    assertThat(write()).allMatch(CompletableFuture::isDone);
    assertThat(zk.stores().jobs()).hasSize(WRITES);
    assertThat(leader.leads()).isTrue();
  }

  @Test
  void aFailedWriteMayHaveBeenCarriedOutAndMayNot() {
    zk.faults().failing(0, 0.3);
    List<CompletableFuture<Void>> writes = write();
    int failedAndDone = 0;
    int failed = 0;
    int acknowledged = 0;
    for (int i = 0; i < writes.size(); i++) {
      boolean stored = zk.stores().hasJob(SimCandidate.job(i, "job").jobId());
      if (writes.get(i).isCompletedExceptionally()) {
        failed++;
        failedAndDone += stored ? 1 : 0;
      } else {
        acknowledged++;
        assertThat(stored).describedAs("acknowledged write %d", i).isTrue();
      }
    }
    assertThat(acknowledged).isGreaterThan(failed);
    assertThat(failedAndDone).isBetween(1, failed - 1);
  }

  @Test
  void aFailedReadSaysThatTheServiceIsOutOfReach() {
    zk.faults().failing(1, 0);
    assertThat(sim.awaitFailure(store.recoverJobs())).isInstanceOf(StoreUnavailableException.class);
    zk.faults().failing(0, 0);
    assertThat(sim.await(store.recoverJobs())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatAConnectionStillCarriesThatWasGivenUpIsNotCarriedOut(long seed) {
    SimScheduler time = new SimScheduler(seed);
    SimNetwork network = new SimNetwork(time);
    // The client has time to come back before its session ends.
    SimCoordination service =
        new SimCoordination(
            network,
            Configuration.empty()
                .with(HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT, Duration.ofSeconds(6)));
    SimCandidate candidate = new SimCandidate(service, network, "jm-1");
    JobStore jobs = candidate.services().jobStore();
    service.faults().slow(1, Duration.ofMinutes(1));
    CompletableFuture<Void> stored = jobs.putJob(candidate.lastGrant(), SimCandidate.job(1, "job"));
    time.runFor(Duration.ofMillis(20));
    service.faults().slow(0, Duration.ZERO);
    // The client hears nothing, connects again and repeats the write.
    time.await(stored, Duration.ofSeconds(20));
    time.await(jobs.removeJob(candidate.lastGrant(), SimCandidate.job(1, "job").jobId()));
    time.runFor(Duration.ofMinutes(2));
    assertThat(service.stores().jobs()).isEmpty();
    assertThat(candidate.grants()).hasSize(1);
  }

  @Test
  void whatIsBrokenSaysSo() {
    zk.faults().broken(1);
    assertThat(sim.awaitFailure(store.recoverJobs()))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("read the stored jobs");
    assertThat(sim.awaitFailure(store.putJob(leader.lastGrant(), SimCandidate.job(1, "job"))))
        .isNotInstanceOf(StoreUnavailableException.class);
    assertThat(zk.stores().jobs()).isEmpty();
  }
}
