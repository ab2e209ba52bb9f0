package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimLatency;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.runtime.options.HighAvailabilityOptions;

class SimCoordinationTest {

  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);

  private final SimScheduler sim = new SimScheduler(11);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimCoordination zk =
      new SimCoordination(
          net,
          Configuration.empty()
              .with(HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT, SESSION_TIMEOUT));
  private final SimCandidate one = new SimCandidate(zk, net, "jm-1");
  private final SimCandidate two = new SimCandidate(zk, net, "jm-2");

  @Test
  void theFirstCandidateLeadsAndEverybodyHears() {
    assertThat(one.leads()).isTrue();
    assertThat(two.leads()).isFalse();
    assertThat(one.leaderSeen()).isEqualTo("sim://jm-1/");
    assertThat(two.leaderSeen()).isEqualTo("sim://jm-1/");
    assertThat(one.seen().get(0)).isEmpty();
  }

  @Test
  void aDeadLeaderIsReplacedWithAFreshSession() {
    one.node().crash();
    sim.runFor(Duration.ofSeconds(4));
    assertThat(two.leads()).isFalse();
    sim.runFor(Duration.ofSeconds(5));
    assertThat(two.leads()).isTrue();
    assertThat(two.grants()).doesNotContainAnyElementsOf(one.grants());
    assertThat(two.leaderSeen()).isEqualTo("sim://jm-2/");
  }

  @Test
  void aCutOffLeaderBelievesToLeadButCannotWrite() {
    UUID stale = one.grants().get(0);
    net.isolate("jm-1");
    sim.runUntil(two::leads, Duration.ofSeconds(20));
    assertThat(one.leads()).isTrue();
    assertThat(sim.awaitFailure(one.services().jobStore().putJob(stale, SimCandidate.job(1, "a"))))
        .isInstanceOf(IOException.class);
    net.heal();
    assertThat(sim.awaitFailure(one.services().jobStore().putJob(stale, SimCandidate.job(1, "a"))))
        .isInstanceOf(NotLeaderException.class);
    sim.runFor(SESSION_TIMEOUT);
    assertThat(one.leads()).isFalse();
    assertThat(one.revocations()).isEqualTo(1);
    assertThat(one.leaderSeen()).isEqualTo("sim://jm-2/");
    assertThat(zk.stores().jobs()).isEmpty();
    // It is a candidate again.
    two.node().crash();
    sim.runUntil(one::leads, Duration.ofSeconds(20));
    assertThat(one.grants()).hasSize(2);
  }

  @Test
  void aFrozenLeaderLosesItsSession() {
    one.node().freeze(Duration.ofSeconds(15));
    sim.runFor(Duration.ofSeconds(14));
    assertThat(two.leads()).isTrue();
    sim.runFor(Duration.ofSeconds(3));
    assertThat(one.leads()).isFalse();
    assertThat(one.revocations()).isEqualTo(1);
  }

  @Test
  void anExpiredSessionMovesLeadershipAtOnce() {
    zk.expireSessionOf(one.node());
    sim.runFor(Duration.ofSeconds(1));
    assertThat(one.leads()).isFalse();
    assertThat(two.leads()).isTrue();
  }

  @Test
  void closingTheElectionHandsOver() {
    sim.await(one.services().leaderElection().closeAsync());
    sim.runFor(Duration.ofSeconds(1));
    assertThat(one.revocations()).isEqualTo(1);
    assertThat(two.leads()).isTrue();
    sim.await(two.services().closeAsync());
    sim.runFor(Duration.ofSeconds(1));
    assertThat(zk.leaderSession()).isEmpty();
    assertThat(one.leaderSeen()).isEqualTo("none");
  }

  @Test
  void storesOutliveTheirWriter() {
    JobGraph graph = SimCandidate.job(1, "kept");
    sim.await(one.services().jobStore().putJob(one.grants().get(0), graph));
    one.node().crash();
    assertThat(sim.await(two.services().jobStore().recoverJobs()))
        .containsExactly(new StoredJob(graph, Optional.empty()));
  }

  @Test
  void aBrokenConnectionIsNoLostSession() {
    net.setStatus("jm-1", SimCoordination.NODE_NAME, Status.DISCONNECTED);
    sim.runFor(Duration.ofSeconds(1));
    net.heal();
    sim.runFor(Duration.ofSeconds(20));
    assertThat(one.leads()).isTrue();
    assertThat(one.grants()).hasSize(1);
    assertThat(one.revocations()).isZero();
    assertThat(two.seen()).hasSize(1);
  }

  @Test
  void aProcessThatHearsNothingGivesItsConnectionUpAndItsSessionExpires() {
    net.setOneWay(SimCoordination.NODE_NAME, "jm-1", Status.BLACKHOLE);
    sim.runFor(Duration.ofSeconds(15));
    assertThat(two.leads()).isTrue();
    assertThat(one.leads()).isTrue();
    assertThat(zk.believers()).hasSize(2);
    assertThat(zk.rivalries()).isEqualTo(1);
    net.heal();
    sim.runFor(Duration.ofSeconds(10));
    assertThat(one.leads()).isFalse();
    assertThat(zk.believers()).hasSize(1);
  }

  @Test
  void aRestartOfTheServiceEndsNoSession() {
    zk.crash();
    sim.runFor(SESSION_TIMEOUT.multipliedBy(3));
    assertThat(one.leads()).isTrue();
    zk.restart();
    sim.runFor(Duration.ofSeconds(20));
    assertThat(one.leads()).isTrue();
    assertThat(one.grants()).hasSize(1);
    assertThat(two.grants()).isEmpty();
    assertThat(two.seen()).hasSize(1);
    one.node().crash();
    sim.runUntil(two::leads, Duration.ofSeconds(20));
  }

  @Test
  void aRefusedWriteEndsTheLeadershipOfItsWriter() {
    // The process does not hear from the service that its session is over: only that of the write.
    UUID stale = one.lastGrant();
    zk.expireSessionOf(one.node());
    CompletableFuture<Void> write =
        one.services().jobStore().putJob(stale, SimCandidate.job(1, "a"));
    assertThat(sim.awaitFailure(write)).isInstanceOf(NotLeaderException.class);
    assertThat(one.leads()).isFalse();
    assertThat(zk.stores().jobs()).isEmpty();
  }

  @Test
  void aWriteThatWasOnItsWayWhenItsConnectionWasGivenUpMayStillBeCarriedOut() {
    UUID session = one.lastGrant();
    net.setLatency("jm-1", SimCoordination.NODE_NAME, SimLatency.fixed(Duration.ofSeconds(5)));
    CompletableFuture<Void> write =
        one.services().jobStore().putJob(session, SimCandidate.job(1, "a"));
    sim.runFor(Duration.ofMillis(100));
    net.setLatency("jm-1", SimCoordination.NODE_NAME, SimLatency.fixed(Duration.ofMillis(1)));
    net.setOneWay(SimCoordination.NODE_NAME, "jm-1", Status.BLACKHOLE);
    sim.runFor(Duration.ofMillis(4_500));
    assertThat(zk.stores().jobs()).isEmpty();
    sim.runFor(Duration.ofSeconds(1));
    assertThat(zk.stores().jobs()).hasSize(1);
    assertThat(write).isNotDone();
  }

  @Test
  void closedServicesLeaveNoSession() {
    sim.await(one.services().closeAsync());
    sim.await(two.services().closeAsync());
    assertThat(zk.sessions()).isEmpty();
    assertThat(zk.contenders()).isEmpty();
    assertThat(zk.publishedLeader()).isEmpty();
  }
}
