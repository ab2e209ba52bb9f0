package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.simulation.SimEvent;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.simulation.SimTaskRunner;
import org.stellwerk.simulation.SimWorld;

/** What may be left of processes that were asked to end, and have: nothing. */
final class Leaks {

  private final SimWorld world;

  Leaks(SimWorld world) {
    this.world = world;
  }

  /** What is left of the processes, in words. */
  List<String> of(Collection<String> processes) {
    List<String> leaks = new ArrayList<>();
    List<SimNode> nodes = new ArrayList<>();
    for (String name : processes) {
      SimNode node = world.node(name);
      nodes.add(node);
      for (RpcEndpoint endpoint : node.rpc().endpoints()) {
        leaks.add(node + " still has endpoint " + endpoint.getEndpointId());
      }
      if (!node.rpc().isClosed()) {
        leaks.add(node + " has not closed its RPC service");
      }
    }
    for (String name : world.taskManagers()) {
      if (processes.contains(name)) {
        addUserCode(name, leaks);
      }
    }
    for (SimEvent event : world.scheduler().pending()) {
      if (isOwn(event.kind()) && nodes.contains(event.node())) {
        leaks.add("still to come: " + event);
      }
    }
    world.coordination().sessions().stream()
        .filter(nodes::contains)
        .forEach(node -> leaks.add("the coordination service still has a session of " + node));
    return leaks;
  }

  /** Whether a process itself has armed it; what others have sent it is on its way still. */
  private static boolean isOwn(SimEvent.Kind kind) {
    return switch (kind) {
      case TASK, TIMER, RECURRING -> true;
      case MESSAGE, NETWORK, REPLY, CONTROL -> false;
    };
  }

  private void addUserCode(String name, List<String> leaks) {
    SimTaskRunner runner = world.taskRunner(name);
    if (!runner.running().isEmpty()) {
      leaks.add(name + " has ended, but code of " + runner.running() + " runs");
    }
    if (!runner.unreleasedJobs().isEmpty()) {
      leaks.add(name + " has ended, but keeps jobs " + runner.unreleasedJobs());
    }
  }
}
