package org.stellwerk.simulation;

import java.util.IdentityHashMap;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimRealTime;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;

/** Members of a simulated cluster for the contract suites, which bring a thread of their own. */
final class SimHaContractMembers implements AfterEachCallback {

  private final SimScheduler scheduler = new SimScheduler(17);
  private final SimNetwork network = new SimNetwork(scheduler);
  private final SimCoordination coordination = new SimCoordination(network, Configuration.empty());
  private final SimRealTime time = new SimRealTime(scheduler);
  private final IdentityHashMap<HighAvailabilityServices, SimNode> nodes = new IdentityHashMap<>();

  HighAvailabilityServices newMember() throws Exception {
    return time.call(
        () -> {
          SimNode node = network.newNode("member-" + nodes.size());
          HighAvailabilityServices member =
              time.share(HighAvailabilityServices.class, coordination.newServices(node));
          nodes.put(member, node);
          return member;
        });
  }

  void expireSession(HighAvailabilityServices member) throws Exception {
    SimNode node = nodes.get(member);
    if (node == null) {
      throw new NoSuchElementException("Not a member: " + member);
    }
    time.call(
        () -> {
          coordination.expireSessionOf(node);
          return true;
        });
  }

  @Override
  public void afterEach(ExtensionContext context) {
    time.close();
  }
}
