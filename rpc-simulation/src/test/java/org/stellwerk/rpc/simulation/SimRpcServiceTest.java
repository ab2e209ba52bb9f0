package org.stellwerk.rpc.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.exceptions.EndpointNotStartedException;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.exceptions.HandshakeException;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.exceptions.RpcPayloadTooLargeException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;
import org.stellwerk.rpc.exceptions.RpcSerializationException;
import org.stellwerk.rpc.simulation.SimNetwork.Status;

class SimRpcServiceTest {

  private final SimScheduler sim = new SimScheduler(7);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimRpcService a = net.newService("a");
  private final SimRpcService b = net.newService("b");
  private final EchoEndpoint echo = new EchoEndpoint(b, "echo");

  private EchoGateway remote() {
    echo.start();
    return sim.await(a.connect("sim://b/echo", EchoGateway.class));
  }

  @Test
  void asksAcrossNodesTakeTimeAndAnswer() {
    EchoGateway gateway = remote();
    long before = sim.nowNanos();
    CompletableFuture<String> answer = gateway.echo("hello");
    assertThat(answer).isNotDone();
    assertThat(sim.await(answer)).isEqualTo("hello");
    assertThat(sim.nowNanos() - before).isGreaterThan(100_000);
    assertThat(gateway.getAddress()).isEqualTo("sim://b/echo").isEqualTo(echo.getAddress());
    assertThat(gateway.getHostname()).isEqualTo("b");
    assertThat(echo.lifecycle).containsExactly("started");
  }

  @Test
  void tellsKeepTheirOrder() {
    EchoGateway gateway = remote();
    List<Integer> numbers = IntStream.range(0, 500).boxed().toList();
    numbers.forEach(gateway::tell);
    sim.runUntilIdle();
    assertThat(echo.told).isEqualTo(numbers);
  }

  @Test
  void selfGatewaysCallThroughTheMailbox() {
    EchoGateway self = echo.getSelfGateway(EchoGateway.class);
    echo.start();
    Object object = new Object();
    assertThat(sim.await(self.identity(object))).isSameAs(object);
    assertThatThrownBy(() -> echo.getSelfGateway(TokenGateway.class))
        .isInstanceOf(RpcRuntimeException.class);
  }

  @Test
  void failuresReachTheCaller() {
    assertThat(sim.awaitFailure(remote().broken()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken on purpose");
  }

  @Test
  void timeoutsNameTheCallAndTheRecipient() {
    CompletableFuture<String> answer = remote().never(Duration.ofMillis(70));
    assertThat(sim.awaitFailure(answer))
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining("EchoGateway.never(Duration)")
        .hasMessageContaining("sim://b/echo")
        .hasMessageContaining("70 ms")
        .hasStackTraceContaining("timeoutsNameTheCallAndTheRecipient");
  }

  @Test
  void callAsyncTimesOut() {
    SimRpcConfig.Latencies calm = SimRpcConfig.Latencies.calm();
    SimRpcConfig.Latencies slow =
        new SimRpcConfig.Latencies(
            calm.network(), SimLatency.fixed(Duration.ofSeconds(1)), calm.processing(), calm.io());
    SimNetwork late = new SimNetwork(sim, SimRpcConfig.defaults().withLatencies(slow));
    EchoEndpoint endpoint = new EchoEndpoint(late.newService("late"), "echo");
    endpoint.start();
    assertThat(sim.awaitFailure(endpoint.call(() -> "too late", Duration.ofMillis(50))))
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining("callAsync")
        .hasMessageContaining("50 ms");
    assertThat(sim.await(endpoint.call(() -> "in time", Duration.ofSeconds(10))))
        .isEqualTo("in time");
  }

  @Test
  void otherReturnTypesOnlyInTheOwnMainThread() {
    EchoGateway gateway = remote();
    assertThatThrownBy(gateway::now)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("EchoGateway.now()");
    EchoGateway self = echo.getSelfGateway(EchoGateway.class);
    List<String> seen = new ArrayList<>();
    echo.post(() -> seen.add(self.now()));
    sim.runUntilIdle();
    assertThat(seen).containsExactly("now");
  }

  @Test
  void remoteCallsGoThroughTheCodec() {
    EchoGateway gateway = remote();
    List<String> mutable = new ArrayList<>(List.of("a"));
    CompletableFuture<List<String>> copied = gateway.list(mutable);
    mutable.add("b");
    assertThat(sim.await(copied)).containsExactly("a");
    assertThat(sim.awaitFailure(gateway.open(new Object())))
        .isInstanceOf(RpcSerializationException.class);
  }

  @Test
  void largeMessagesFailAtOnceAtTheSender() {
    SimNetwork narrow = new SimNetwork(sim, SimRpcConfig.defaults().withMaxMessageBytes(1_000));
    EchoEndpoint endpoint = new EchoEndpoint(narrow.newService("x"), "echo");
    endpoint.start();
    EchoGateway gateway =
        sim.await(narrow.newService("y").connect(endpoint.getAddress(), EchoGateway.class));
    CompletableFuture<String> tooLarge = gateway.echo("x".repeat(2_000));
    assertThat(tooLarge).isCompletedExceptionally();
    assertThat(sim.awaitFailure(tooLarge))
        .isInstanceOf(RpcPayloadTooLargeException.class)
        .hasMessageContaining("1000");
    assertThat(sim.await(gateway.echo("x".repeat(500)))).hasSize(500);
  }

  @Test
  void localMethodsRefuseRemoteCalls() {
    assertThat(sim.awaitFailure(remote().identity("x"))).hasMessageContaining("@Local");
  }

  @Test
  void callsBeforeTheStartAreRefused() {
    EchoGateway gateway = sim.await(a.connect("sim://b/echo", EchoGateway.class));
    assertThat(sim.awaitFailure(gateway.echo("x"))).isInstanceOf(EndpointNotStartedException.class);
    echo.start();
    assertThat(sim.await(gateway.echo("x"))).isEqualTo("x");
  }

  @Test
  void nobodyThere() {
    for (String address :
        List.of("sim://b/nobody", "sim://nowhere/echo", "akka://b/echo", "sim://a/echo")) {
      assertThat(sim.awaitFailure(a.connect(address, EchoGateway.class)))
          .isInstanceOf(RpcConnectionException.class)
          .hasMessageContaining(address);
    }
    assertThat(sim.awaitFailure(a.connect("sim://b/echo", TokenGateway.class)))
        .isInstanceOf(HandshakeException.class);
  }

  @Test
  void terminatedEndpointsAreUnreachableAndTheirNameIsFree() {
    EchoGateway gateway = remote();
    sim.await(echo.closeAsync());
    assertThat(echo.lifecycle).containsExactly("started", "stopped");
    assertThat(sim.awaitFailure(gateway.echo("x")))
        .isInstanceOf(RecipientUnreachableException.class);
    EchoEndpoint next = new EchoEndpoint(b, "echo");
    assertThat(next.getAddress()).isEqualTo("sim://b/echo");
  }

  @Test
  void timersDieWithTheirEndpoint() {
    echo.start();
    List<String> fired = new ArrayList<>();
    echo.postLater(() -> fired.add("soon"), Duration.ofMillis(10));
    echo.postLater(() -> fired.add("late"), Duration.ofMillis(50));
    sim.runFor(Duration.ofMillis(30));
    sim.await(echo.closeAsync());
    sim.runFor(Duration.ofSeconds(1));
    assertThat(fired).containsExactly("soon");
  }

  @Test
  void closingAServiceTerminatesItsEndpoints() {
    EchoGateway gateway = remote();
    sim.await(b.closeAsync());
    assertThat(echo.getTerminationFuture()).isCompleted();
    assertThat(sim.awaitFailure(gateway.echo("x")))
        .isInstanceOf(RecipientUnreachableException.class);
    assertThat(sim.awaitFailure(a.connect("sim://b/echo", EchoGateway.class)))
        .isInstanceOf(RpcConnectionException.class);
  }

  @Test
  void fencing() {
    UUID token = new UUID(1, 1);
    TokenEndpoint endpoint = new TokenEndpoint(b, token);
    endpoint.start();
    String address = endpoint.getAddress();
    TokenGateway right = sim.await(a.connect(address, token, TokenGateway.class));
    assertThat(right.getFencingToken()).isEqualTo(token);
    assertThat(sim.await(right.ask())).isEqualTo(42);
    TokenGateway wrong = sim.await(a.connect(address, new UUID(2, 2), TokenGateway.class));
    assertThat(sim.awaitFailure(wrong.ask())).isInstanceOf(FencingTokenException.class);
    TokenGateway none = sim.await(a.connect(address, TokenGateway.class));
    assertThat(sim.awaitFailure(none.ask())).isInstanceOf(FencingTokenException.class);
    assertThat(sim.await(endpoint.getSelfGateway(TokenGateway.class).ask())).isEqualTo(42);
  }

  @Test
  void crashFailsOpenCallsSoonAndNothingOfTheNodeRunsAgain() {
    EchoGateway gateway = remote();
    CompletableFuture<String> open = gateway.never(Duration.ofHours(1));
    sim.runUntilIdle();
    echo.postLater(() -> echo.told.add(1), Duration.ofMillis(1));
    b.node().crash();
    assertThat(sim.awaitFailure(open)).isInstanceOf(RecipientUnreachableException.class);
    assertThat(sim.clock().relativeTimeMillis()).isLessThan(100);
    assertThat(sim.awaitFailure(gateway.echo("x")))
        .isInstanceOf(RecipientUnreachableException.class);
    sim.runFor(Duration.ofSeconds(1));
    assertThat(echo.told).isEmpty();

    SimRpcService again = net.newService("b");
    assertThat(again.node()).hasToString("b#2");
    EchoEndpoint next = new EchoEndpoint(again, "echo");
    next.start();
    assertThat(sim.awaitFailure(gateway.echo("x")))
        .isInstanceOf(RecipientUnreachableException.class);
    EchoGateway fresh = sim.await(a.connect("sim://b/echo", EchoGateway.class));
    assertThat(sim.await(fresh.echo("x"))).isEqualTo("x");
  }

  @Test
  void blackHolesTimeOutAndHeal() {
    EchoGateway gateway = remote();
    net.isolate("b");
    assertThat(sim.awaitFailure(gateway.echo("x"))).isInstanceOf(TimeoutException.class);
    assertThat(sim.awaitFailure(a.connect("sim://b/echo", EchoGateway.class)))
        .isInstanceOf(RpcConnectionException.class)
        .hasMessageContaining("10000 ms");
    net.heal();
    assertThat(sim.await(gateway.echo("x"))).isEqualTo("x");
  }

  @Test
  void answersLostOneWayLeaveTheOutcomeUnknown() {
    EchoGateway gateway = remote();
    net.setOneWay("b", "a", Status.BLACKHOLE);
    CompletableFuture<String> answer = gateway.echo("x");
    gateway.tell(1);
    assertThat(sim.awaitFailure(answer)).isInstanceOf(TimeoutException.class);
    assertThat(echo.told).containsExactly(1);
  }

  @Test
  void lostConnectionsAreNoticed() {
    EchoGateway gateway = remote();
    CompletableFuture<String> open = gateway.never(Duration.ofHours(1));
    sim.runUntilIdle();
    net.setStatus("a", "b", Status.DISCONNECTED);
    assertThat(sim.awaitFailure(open)).isInstanceOf(RecipientUnreachableException.class);
    assertThat(sim.awaitFailure(gateway.echo("x")))
        .isInstanceOf(RecipientUnreachableException.class);
    net.heal();
    assertThat(sim.await(gateway.echo("x"))).isEqualTo("x");
  }

  @Test
  void frozenNodesRunLateButInOrder() {
    EchoGateway gateway = remote();
    b.node().freeze(Duration.ofSeconds(3));
    IntStream.range(0, 50).forEach(gateway::tell);
    sim.runFor(Duration.ofMillis(2_900));
    assertThat(echo.told).isEmpty();
    sim.runUntilIdle();
    assertThat(echo.told).isEqualTo(IntStream.range(0, 50).boxed().toList());
  }

  @Test
  void faultsInAnEndpointEndTheRunUnlessExpected() {
    echo.start();
    echo.post(
        () -> {
          throw new IllegalStateException("a bug");
        });
    assertThatThrownBy(sim::runUntilIdle)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a bug")
        .hasMessageContaining("seed 7");
    b.node().fatalErrors().expectErrors();
    echo.post(
        () -> {
          throw new IllegalStateException("another bug");
        });
    sim.runUntilIdle();
    assertThat(b.node().fatalErrors().errors()).hasSize(2);
  }

  @Test
  void continuationsOutsideTheMainThreadAreFound() {
    EchoGateway gateway = remote();
    EchoEndpoint other = new EchoEndpoint(a, "other");
    other.start();
    List<Throwable> found = new ArrayList<>();
    other.post(
        () ->
            gateway
                .echo("x")
                .thenAccept(ignored -> other.validateRunsInMainThread())
                .whenComplete((ignored, failure) -> found.add(failure)));
    sim.runUntilIdle();
    assertThat(found).hasSize(1);
    assertThat(found.get(0)).hasStackTraceContaining("outside of its main thread");
  }

  @Test
  void theSameSeedGivesTheSameTrace() {
    assertThat(traceHash(1)).isEqualTo(traceHash(1)).isNotEqualTo(traceHash(2));
  }

  @Test
  void theTraceCoversWhatMessagesCarryButNoStacks() {
    assertThat(traceOf("a")).isEqualTo(traceOf("a")).isNotEqualTo(traceOf("b"));
    assertThat(traceOf(new IllegalStateException("a")))
        .isEqualTo(deeper(() -> traceOf(new IllegalStateException("a"))));
  }

  private static long deeper(Supplier<Long> trace) {
    return trace.get();
  }

  private static long traceOf(Object argument) {
    SimScheduler sim = new SimScheduler(1);
    SimNetwork net = new SimNetwork(sim);
    new EchoEndpoint(net.newService("b"), "echo").start();
    EchoGateway gateway = sim.await(net.newService("a").connect("sim://b/echo", EchoGateway.class));
    CompletableFuture<Object> answer = new CompletableFuture<>();
    sim.at(
        Duration.ofMillis(1),
        "call",
        () -> {
          if (argument instanceof Throwable failure) {
            failure.fillInStackTrace();
          }
          gateway.open(argument).thenAccept(answer::complete);
        });
    sim.await(answer);
    return sim.trace().hash();
  }

  private static long traceHash(long seed) {
    SimScheduler sim = new SimScheduler(seed);
    SimNetwork net = new SimNetwork(sim);
    EchoEndpoint server = new EchoEndpoint(net.newService("server"), "echo");
    server.start();
    for (int i = 0; i < 5; i++) {
      SimRpcService client = net.newService("client-" + i);
      EchoGateway gateway = sim.await(client.connect(server.getAddress(), EchoGateway.class));
      IntStream.range(0, 20).forEach(n -> gateway.echo("m" + n));
    }
    sim.runUntilIdle();
    return sim.trace().hash();
  }

  /** A fenced gateway. */
  interface TokenGateway extends FencedRpcGateway<UUID> {
    CompletableFuture<Integer> ask();
  }

  private static final class TokenEndpoint extends FencedRpcEndpoint<UUID> implements TokenGateway {
    TokenEndpoint(RpcService service, UUID token) {
      super(service, "fenced", token);
    }

    @Override
    public CompletableFuture<Integer> ask() {
      return CompletableFuture.completedFuture(42);
    }
  }

  @Test
  void aFailingStartTerminates() {
    RpcEndpoint failing =
        new RpcEndpoint(a, "failing") {
          @Override
          protected void onStart() throws Exception {
            throw new Exception("cannot start");
          }
        };
    failing.start();
    assertThat(sim.awaitFailure(failing.getTerminationFuture())).hasMessage("cannot start");
  }
}
