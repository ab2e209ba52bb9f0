package org.stellwerk.simulation;

import java.time.Duration;
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

  private static final Duration VERY_LONG = Duration.ofHours(1);

  private final SimScheduler scheduler = new SimScheduler(17);
  private final SimNetwork network = new SimNetwork(scheduler);
  private final SimCoordination coordination;
  private final SimRealTime time;
  private final IdentityHashMap<HighAvailabilityServices, SimNode> nodes = new IdentityHashMap<>();

  SimHaContractMembers() {
    this(Configuration.empty());
  }

  /** Members with the configuration. */
  SimHaContractMembers(Configuration configuration) {
    coordination = new SimCoordination(network, configuration);
    time = new SimRealTime(scheduler); // last: from now on its thread moves the scheduler
  }

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
    act(() -> coordination.expireSessionOf(node(member)));
  }

  private SimNode node(HighAvailabilityServices member) {
    SimNode node = nodes.get(member);
    if (node == null) {
      throw new NoSuchElementException("Not a member: " + member);
    }
    return node;
  }

  private void act(Runnable action) throws Exception {
    time.call(
        () -> {
          action.run();
          return true;
        });
  }

  void stopService() throws Exception {
    act(coordination::crash);
  }

  void startService() throws Exception {
    act(coordination::restart);
  }

  void cutOff(HighAvailabilityServices member) throws Exception {
    act(() -> network.clog(node(member).name(), VERY_LONG));
  }

  void reconnectAll() throws Exception {
    act(network::heal);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    time.close();
  }
}
