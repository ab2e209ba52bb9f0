package org.stellwerk.rpc.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimNetwork.Status;

/** The order that is promised, and that nothing else has an order. */
class SimOrderTest {

  private static final int SEEDS = 300;

  /** Messages from one node to one endpoint under all faults that the network knows. */
  @Test
  void messagesOfOneNodeToOneEndpointNeverOvertakeOneAnother() {
    int delivered = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      SimScheduler sim = new SimScheduler(seed);
      SimNetwork net = new SimNetwork(sim);
      SimRandom faults = sim.random().fork("faults");
      net.setLatencies(SimRpcConfig.Latencies.busy());
      EchoEndpoint echo = new EchoEndpoint(net.newService("b"), "echo");
      echo.start();
      SimRpcService a = net.newService("a");
      EchoGateway gateway = sim.await(a.connect("sim://b/echo", EchoGateway.class));
      for (int i = 0; i < 200; i++) {
        gateway.tell(i);
        if (faults.chance(0.2)) {
          disturb(net, faults);
        }
        sim.runFor(Duration.ofNanos(faults.nextLong(20_000_000)));
      }
      sim.runFor(Duration.ofSeconds(30));
      assertThat(echo.told).describedAs("seed " + seed).isSorted().doesNotHaveDuplicates();
      delivered += echo.told.size();
    }
    assertThat(delivered).isGreaterThan(SEEDS * 50);
  }

  private static void disturb(SimNetwork net, SimRandom faults) {
    Duration length = Duration.ofNanos(faults.nextLong(200_000_000));
    SimNode receiver = net.nodes().get(0);
    switch ((int) faults.nextLong(8)) {
      case 0 -> net.clog("a", "b", length);
      case 1 -> net.clog("b", length);
      case 2 -> net.reset("a", "b");
      case 3 -> receiver.freeze(length);
      case 4 -> net.setDrop("a", "b", 0.5);
      case 5 ->
          net.setStatus("a", "b", faults.chance(0.5) ? Status.BLACKHOLE : Status.DISCONNECTED);
      case 6 -> receiver.slowEndpoints(0.2, length);
      default -> net.heal();
    }
  }

  @Test
  void answersOvertakeOneAnother() {
    SimScheduler sim = new SimScheduler(1);
    SimNetwork net = new SimNetwork(sim);
    new EchoEndpoint(net.newService("b"), "echo").start();
    EchoGateway gateway = sim.await(net.newService("a").connect("sim://b/echo", EchoGateway.class));
    List<String> answers = new ArrayList<>();
    for (int i = 100; i < 150; i++) {
      gateway.echo("" + i).thenAccept(answers::add);
    }
    sim.runUntilIdle();
    assertThat(answers).hasSize(50).isNotEqualTo(answers.stream().sorted().toList());
  }

  /** What a frozen node has left behind: mailboxes and timers keep their order, nothing else. */
  @Test
  void afterAFreezeEachKeepsItsOrderAndAllOrdersOfTheOthersOccur() {
    Set<String> orders = new LinkedHashSet<>();
    for (int seed = 0; seed < 60; seed++) {
      SimScheduler sim = new SimScheduler(seed);
      SimNode node = new SimNetwork(sim).newNode("n");
      EchoEndpoint echo = new EchoEndpoint(node.rpc(), "echo");
      echo.start();
      sim.runUntilIdle();
      StringBuilder order = new StringBuilder();
      node.freeze(Duration.ofSeconds(3));
      node.timers().schedule(() -> order.append("1"), 1, TimeUnit.SECONDS);
      node.timers().schedule(() -> order.append("2"), 2, TimeUnit.SECONDS);
      echo.post(() -> order.append("a"));
      echo.post(() -> order.append("b"));
      sim.runFor(Duration.ofMillis(2_999));
      assertThat(order).isEmpty();
      sim.runFor(Duration.ofMillis(1));
      assertThat(order.toString())
          .hasSize(4)
          .containsSubsequence("1", "2")
          .containsSubsequence("a", "b");
      orders.add(order.toString());
    }
    assertThat(orders).hasSize(6);
  }
}
