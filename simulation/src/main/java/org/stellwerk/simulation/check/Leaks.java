package org.stellwerk.simulation.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.simulation.SimEvent;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.simulation.SimTaskRunner;
import org.stellwerk.simulation.SimWorld;

/** What may be left of processes that were asked to end, and have: nothing. */
final class Leaks {

  private static final Duration SESSIONS_END = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofSeconds(1);

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
      if (isOwn(event) && nodes.contains(event.node())) {
        leaks.add("still to come: " + event);
      }
    }
    awaitEndOfSessions(nodes);
    world.coordination().sessions().stream()
        .filter(nodes::contains)
        .forEach(node -> leaks.add("the coordination service still has a session of " + node));
    return leaks;
  }

  /** A process that could not say goodbye leaves a session that ends by its timeout. */
  private void awaitEndOfSessions(List<SimNode> nodes) {
    SimScheduler scheduler = world.scheduler();
    long end = scheduler.nowNanos() + SESSIONS_END.toNanos();
    while (world.coordination().sessions().stream().anyMatch(nodes::contains)
        && scheduler.nowNanos() < end) {
      scheduler.runFor(POLL);
    }
  }

  /** Whether the process itself has armed it: others may send to it still. */
  private static boolean isOwn(SimEvent event) {
    return switch (event.kind()) {
      case TIMER, RECURRING -> !event.label().equals(SimNode.DRIVERS);
      case TASK, MESSAGE, NETWORK, REPLY, CONTROL -> false;
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
