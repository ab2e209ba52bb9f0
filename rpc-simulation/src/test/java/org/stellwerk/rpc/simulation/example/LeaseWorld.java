package org.stellwerk.rpc.simulation.example;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.simulation.SimBudget;
import org.stellwerk.rpc.simulation.SimFailure;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimRandom;
import org.stellwerk.rpc.simulation.SimRpcConfig;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.rpc.simulation.example.LeaseHolder.CountsFrom;

/** One run: a service, three holders, a minute of faults, and what must be true of it. */
final class LeaseWorld {

  private static final List<String> HOLDERS = List.of("holder-1", "holder-2", "holder-3");
  private static final String SERVER = "server";

  private final SimScheduler sim;
  private final SimNetwork net;
  private final SimRandom faults;
  private final CountsFrom countsFrom;
  private final List<String> nemesis = new ArrayList<>();
  private @Nullable SimNode last;
  private int changes;

  LeaseWorld(long seed, CountsFrom countsFrom) {
    this.sim = new SimScheduler(seed);
    this.net = new SimNetwork(sim, SimRpcConfig.defaults().withoutCallStacks());
    this.faults = sim.random().fork("faults");
    this.countsFrom = countsFrom;
    net.setLatencies(SimRpcConfig.Latencies.busy());
    sim.setBudget(SimBudget.defaults().withEvents(1_000_000));
    sim.addCheck(this::checkOneHolder);
    start(SERVER);
    HOLDERS.forEach(this::start);
  }

  private void start(String name) {
    SimNode node = net.newNode(name);
    node.clock().setDrift(faults.nextLong(10_000) - 5_000);
    if (name.equals(SERVER)) {
      new LeaseService(node.rpc(), node.clock()).start();
    } else {
      new LeaseHolder(node.rpc(), node.clock(), countsFrom).start();
    }
  }

  /** The invariant, after each event. */
  private void checkOneHolder() {
    SimNode holder = null;
    for (SimNode node : net.nodes()) {
      if (node.isAlive() && believes(node)) {
        if (holder != null) {
          throw new AssertionError(holder + " and " + node + " both believe to have the lease");
        }
        holder = node;
      }
    }
    if (holder != null && holder != last) {
      last = holder;
      changes++;
    }
  }

  private static boolean believes(SimNode node) {
    for (RpcEndpoint endpoint : node.rpc().endpoints()) {
      if (endpoint instanceof LeaseHolder holder && holder.holds()) {
        return true;
      }
    }
    return false;
  }

  /**
   * A minute of faults; then, with the faults over, somebody must soon have the lease.
   *
   * @return how often the lease changed its holder
   */
  int run() {
    try {
      for (int i = 0; i < 60; i++) {
        disturb();
        sim.runFor(Duration.ofSeconds(1));
      }
      heal();
      int before = changes;
      last = null;
      sim.runUntil(() -> changes > before, Duration.ofSeconds(15));
      return changes;
    } catch (SimFailure failure) {
      failure.addSuppressed(new Throwable("the faults were " + nemesis));
      throw failure;
    }
  }

  private void disturb() {
    String victim =
        faults.chance(0.3) ? SERVER : HOLDERS.get((int) faults.nextLong(HOLDERS.size()));
    Duration length = Duration.ofMillis(faults.nextLong(4_000));
    int fault = (int) faults.nextLong(6);
    nemesis.add(sim.nowNanos() / 1_000_000_000 + " s: " + fault + " at " + victim);
    switch (fault) {
      case 0 -> net.clog(victim, length);
      case 1 -> net.node(victim).freeze(length);
      case 2 -> {
        net.isolate(victim);
        sim.at(length, "rejoin", () -> net.rejoin(victim));
      }
      case 3 -> {
        net.node(victim).crash();
        sim.at(length, "restart", () -> restart(victim));
      }
      case 4 -> net.node(victim).slowEndpoints(0.2, length);
      default -> heal();
    }
  }

  private void heal() {
    net.heal();
    net.nodes().forEach(node -> node.slowEndpoints(0, Duration.ZERO));
  }

  private void restart(String name) {
    if (!net.node(name).isAlive()) {
      start(name);
    }
  }
}
