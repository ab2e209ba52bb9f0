package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.leaderelection.LeaderContender;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

class SimCoordinationTest {

  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);

  private final SimScheduler sim = new SimScheduler(11);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimCoordination zk = new SimCoordination(net, SESSION_TIMEOUT);
  private final Candidate one = new Candidate("jm-1");
  private final Candidate two = new Candidate("jm-2");

  /** A process that contends, publishes and watches. */
  private final class Candidate implements LeaderContender, LeaderRetrievalListener {

    private final SimNode node;
    private final HighAvailabilityServices services;
    private final List<UUID> grants = new ArrayList<>();
    private final List<Optional<LeaderInformation>> seen = new ArrayList<>();
    private int revocations;

    Candidate(String name) {
      node = net.newNode(name);
      services = zk.newServices(node);
      services.newLeaderRetrieval().start(this);
      sim.runFor(Duration.ofSeconds(1));
      services.leaderElection().startLeaderElection(this);
      sim.runFor(Duration.ofSeconds(1));
    }

    private boolean leads() {
      return !grants.isEmpty()
          && services.leaderElection().hasLeadership(grants.get(grants.size() - 1));
    }

    @Override
    public void grantLeadership(UUID session) {
      grants.add(session);
      services
          .leaderElection()
          .confirmLeadership(new LeaderInformation(session, "sim://" + node.name() + "/", ""));
    }

    @Override
    public void revokeLeadership() {
      revocations++;
    }

    @Override
    public void notifyLeader(Optional<LeaderInformation> leader) {
      seen.add(leader);
    }

    @Override
    public void handleError(Exception exception) {
      throw new AssertionError(exception);
    }

    private String leaderSeen() {
      return seen.get(seen.size() - 1).map(LeaderInformation::rpcAddressPrefix).orElse("none");
    }
  }

  @Test
  void theFirstCandidateLeadsAndEverybodyHears() {
    assertThat(one.leads()).isTrue();
    assertThat(two.leads()).isFalse();
    assertThat(one.leaderSeen()).isEqualTo("sim://jm-1/");
    assertThat(two.leaderSeen()).isEqualTo("sim://jm-1/");
    assertThat(one.seen.get(0)).isEmpty();
  }

  @Test
  void aDeadLeaderIsReplacedWithAFreshSession() {
    one.node.crash();
    sim.runFor(Duration.ofSeconds(4));
    assertThat(two.leads()).isFalse();
    sim.runFor(Duration.ofSeconds(5));
    assertThat(two.leads()).isTrue();
    assertThat(two.grants).doesNotContainAnyElementsOf(one.grants);
    assertThat(two.leaderSeen()).isEqualTo("sim://jm-2/");
  }

  @Test
  void aCutOffLeaderBelievesToLeadButCannotWrite() {
    UUID stale = one.grants.get(0);
    net.isolate("jm-1");
    sim.runUntil(two::leads, Duration.ofSeconds(20));
    assertThat(one.leads()).isTrue();
    assertThat(sim.awaitFailure(one.services.jobStore().putJob(stale, job("a"))))
        .isInstanceOf(IOException.class);
    net.heal();
    assertThat(sim.awaitFailure(one.services.jobStore().putJob(stale, job("a"))))
        .isInstanceOf(NotLeaderException.class);
    sim.runFor(SESSION_TIMEOUT);
    assertThat(one.leads()).isFalse();
    assertThat(one.revocations).isEqualTo(1);
    assertThat(one.leaderSeen()).isEqualTo("sim://jm-2/");
    assertThat(zk.stores().jobs()).isEmpty();
    // It is a candidate again.
    two.node.crash();
    sim.runUntil(one::leads, Duration.ofSeconds(20));
    assertThat(one.grants).hasSize(2);
  }

  @Test
  void aFrozenLeaderLosesItsSession() {
    one.node.freeze(Duration.ofSeconds(15));
    sim.runFor(Duration.ofSeconds(14));
    assertThat(two.leads()).isTrue();
    sim.runFor(Duration.ofSeconds(3));
    assertThat(one.leads()).isFalse();
    assertThat(one.revocations).isEqualTo(1);
  }

  @Test
  void anExpiredSessionMovesLeadershipAtOnce() {
    zk.expireSessionOf(one.node);
    sim.runFor(Duration.ofSeconds(1));
    assertThat(one.leads()).isFalse();
    assertThat(two.leads()).isTrue();
  }

  @Test
  void closingTheElectionHandsOver() {
    sim.await(one.services.leaderElection().closeAsync());
    sim.runFor(Duration.ofSeconds(1));
    assertThat(one.revocations).isEqualTo(1);
    assertThat(two.leads()).isTrue();
    sim.await(two.services.closeAsync());
    sim.runFor(Duration.ofSeconds(1));
    assertThat(zk.leaderSession()).isEmpty();
    assertThat(one.leaderSeen()).isEqualTo("none");
  }

  @Test
  void storesOutliveTheirWriter() {
    JobGraph graph = job("kept");
    sim.await(one.services.jobStore().putJob(one.grants.get(0), graph));
    one.node.crash();
    assertThat(sim.await(two.services.jobStore().recoverJobs())).containsExactly(graph);
  }

  private static JobGraph job(String name) {
    JobVertex vertex =
        new JobVertex(new JobVertexID(new UUID(0, 1)), "v", 1, "x.V", Map.of(), new byte[0]);
    return new JobGraph(
        new JobID(new UUID(0, 2)), name, List.of(vertex), List.of(), Map.of(), List.of());
  }
}
