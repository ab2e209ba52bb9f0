package org.stellwerk.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.leaderelection.LeaderContender;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;

/** A process that contends, publishes and watches, and notes what it is told. */
final class SimCandidate implements LeaderContender, LeaderRetrievalListener {

  private final SimNode node;
  private final HighAvailabilityServices services;
  private final List<UUID> grants = new ArrayList<>();
  private final List<Optional<LeaderInformation>> seen = new ArrayList<>();
  private int revocations;

  SimCandidate(SimCoordination service, SimNetwork network, String name) {
    node = network.newNode(name);
    services = service.newServices(node);
    services.newLeaderRetrieval().start(this);
    network.scheduler().runFor(Duration.ofSeconds(1));
    services.leaderElection().startLeaderElection(this);
    network.scheduler().runFor(Duration.ofSeconds(1));
  }

  static JobGraph job(long number, String name) {
    JobVertex vertex =
        new JobVertex(new JobVertexID(new UUID(0, 1)), "v", 1, "x.V", Map.of(), new byte[0]);
    return new JobGraph(
        new JobID(new UUID(0, number)), name, List.of(vertex), List.of(), Map.of(), List.of());
  }

  SimNode node() {
    return node;
  }

  HighAvailabilityServices services() {
    return services;
  }

  /** The sessions that it was granted. */
  List<UUID> grants() {
    return grants;
  }

  UUID lastGrant() {
    return grants.get(grants.size() - 1);
  }

  int revocations() {
    return revocations;
  }

  /** What it heard of the leader. */
  List<Optional<LeaderInformation>> seen() {
    return seen;
  }

  String leaderSeen() {
    return seen.get(seen.size() - 1).map(LeaderInformation::rpcAddressPrefix).orElse("none");
  }

  boolean leads() {
    return !grants.isEmpty() && services.leaderElection().hasLeadership(lastGrant());
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
}
