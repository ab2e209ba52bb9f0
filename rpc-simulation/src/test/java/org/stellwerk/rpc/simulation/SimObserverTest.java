package org.stellwerk.rpc.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.rpc.simulation.contract.ContractToken;
import org.stellwerk.rpc.simulation.contract.FencedGateway;

/** What an observer is told, and that it changes nothing. */
class SimObserverTest {

  private static final String ECHO = "EchoGateway.echo(String)";

  private final SimScheduler sim = new SimScheduler(7);
  private final SimNetwork net = new SimNetwork(sim);
  private final Log log = new Log();

  /** Notes all but single events, without times. */
  private static final class Log implements SimObserver {

    private final List<String> lines = new ArrayList<>();
    private int events;
    private SimMessage.Payload last = SimMessage.Payload.OTHER;

    @Override
    public void onMessage(SimMessage message) {
      lines.add(
          "%d %s > %s %s %s"
              .formatted(
                  message.id(), message.from(), message.to(), message.kind(), message.label()));
      last = message.payload();
    }

    @Override
    public void onArrived(long id, long nanos) {
      lines.add(id + " arrived");
    }

    @Override
    public void onLost(long id, long nanos, String why) {
      lines.add(id + " lost: " + why);
    }

    @Override
    public void onInvoked(
        SimNode at, RpcEndpoint endpoint, Object message, @Nullable Throwable failure) {
      String outcome = failure == null ? "done" : failure.getClass().getSimpleName();
      lines.add("invoked at " + at + " " + endpoint.getEndpointId() + ": " + outcome);
    }

    @Override
    public void onFenced(SimNode at, String endpoint, String what) {
      lines.add("fenced at " + at + " " + endpoint + ": " + what);
    }

    @Override
    public void onNode(SimNode node, NodeEvent event, String detail) {
      lines.add(node + " " + event);
    }

    @Override
    public void onLink(SimLinkChange change) {
      lines.add(change.toString());
    }

    @Override
    public void onEndpoint(SimNode node, String name, EndpointEvent event) {
      lines.add(node + " " + name + " " + event);
    }

    @Override
    public void onEvent(SimEvent event) {
      events++;
    }

    List<String> take() {
      List<String> taken = List.copyOf(lines);
      lines.clear();
      return taken;
    }
  }

  private EchoGateway echo() {
    new EchoEndpoint(net.newService("b"), "echo").start();
    return sim.await(net.newService("a").connect("sim://b/echo", EchoGateway.class));
  }

  @Test
  void seesCallsBetweenNodesAndWithinOne() {
    EchoGateway gateway = echo();
    net.addObserver(log);
    sim.await(gateway.echo("x"));
    assertThat(log.take())
        .containsExactly(
            "2 a#1 > b#1 CALL " + ECHO,
            "2 arrived",
            "3 b#1 > a#1 REPLY " + ECHO,
            "invoked at b#1 echo: done",
            "3 arrived");
    assertThat(log.events).isEqualTo(3);
    assertThat(log.last.answers()).isEqualTo(2);
    assertThat(log.last.content()).isEqualTo("x");
    SimNode b = net.nodes().get(0);
    EchoGateway local = sim.await(b.rpc().connect("sim://b/echo", EchoGateway.class));
    sim.await(local.echo("x"));
    assertThat(log.take())
        .containsExactly(
            "4 b#1 > b#1 CALL " + ECHO,
            "4 arrived",
            "5 b#1 > b#1 REPLY " + ECHO,
            "5 arrived",
            "invoked at b#1 echo: done");
  }

  @Test
  void seesWhyMessagesAreLost() {
    EchoGateway gateway = echo();
    net.addObserver(log);
    net.setOneWay("a", "b", Status.BLACKHOLE);
    gateway.echo("x");
    net.setOneWay("a", "b", Status.DISCONNECTED);
    gateway.echo("x");
    net.heal();
    gateway.echo("x");
    net.setStatus("a", "b", Status.BLACKHOLE);
    sim.runFor(Duration.ofSeconds(1));
    net.heal();
    gateway.echo("x");
    net.nodes().get(0).crash();
    sim.runFor(Duration.ofSeconds(1));
    assertThat(log.take())
        .containsExactly(
            "a -> b BLACKHOLE",
            "2 a#1 > b#1 CALL " + ECHO,
            "2 lost: the link is a black hole",
            "a -> b DISCONNECTED",
            "3 a#1 > b#1 CALL " + ECHO,
            "3 lost: the link is down",
            "all healed",
            "4 a#1 > b#1 CALL " + ECHO,
            "a <-> b BLACKHOLE",
            "4 lost: the link was cut meanwhile",
            "all healed",
            "5 a#1 > b#1 CALL " + ECHO,
            "b#1 CRASHED",
            "5 lost: its receiver is dead");
  }

  @Test
  void seesProcessesAndEndpoints() {
    net.addObserver(log);
    EchoEndpoint endpoint = new EchoEndpoint(net.newService("b"), "echo");
    endpoint.start();
    net.nodes().get(0).freeze(Duration.ofSeconds(2));
    net.nodes().get(0).freeze(Duration.ofSeconds(1));
    sim.runFor(Duration.ofSeconds(3));
    sim.await(net.nodes().get(0).rpc().closeAsync());
    assertThat(log.take())
        .containsExactly(
            "b#1 STARTED",
            "b#1 echo STARTED",
            "b#1 FROZEN",
            "b#1 FROZEN",
            "b#1 THAWED",
            "b#1 echo TERMINATED",
            "b#1 STOPPED");
  }

  private static ContractToken token(String name) {
    return new ContractToken(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
  }

  private static final class FencedCounter extends FencedRpcEndpoint<ContractToken>
      implements FencedGateway {

    FencedCounter(RpcService service, String token) {
      super(service, "fenced", token(token));
    }

    @Override
    public CompletableFuture<Integer> count() {
      return CompletableFuture.completedFuture(1);
    }
  }

  @Test
  void seesRefusalsOfFencedEndpoints() {
    new FencedCounter(net.newService("b"), "right").start();
    FencedGateway wrong =
        sim.await(
            net.newService("a").connect("sim://b/fenced", token("wrong"), FencedGateway.class));
    net.addObserver(log);
    assertThat(sim.awaitFailure(wrong.count())).isInstanceOf(FencingTokenException.class);
    assertThat(log.take())
        .contains(
            "invoked at b#1 fenced: FencingTokenException",
            "fenced at b#1 fenced: FencedGateway.count()");
  }

  @Test
  void anObservedRunIsTheSameRun() {
    sim.await(echo().echo("x"));
    SimScheduler otherSim = new SimScheduler(7);
    otherSim.addObserver(log);
    SimNetwork otherNet = new SimNetwork(otherSim);
    new EchoEndpoint(otherNet.newService("b"), "echo").start();
    EchoGateway gateway =
        otherSim.await(otherNet.newService("a").connect("sim://b/echo", EchoGateway.class));
    otherSim.await(gateway.echo("x"));
    assertThat(otherSim.trace().hash()).isEqualTo(sim.trace().hash());
    assertThat(log.events).isEqualTo(otherSim.trace().count());
  }

  @Test
  void whatAnObserverThrowsIsAViolation() {
    sim.addObserver(
        new SimObserver() {
          @Override
          public void onEvent(SimEvent event) {
            throw new AssertionError("no " + event.label());
          }
        });
    sim.at(Duration.ofSeconds(1), "tick", () -> {});
    assertThat(catchThrowable(() -> sim.runFor(Duration.ofSeconds(2))))
        .hasMessageContaining("no tick");
  }
}
