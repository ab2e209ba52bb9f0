package org.stellwerk.rpc.simulation.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.exceptions.HandshakeException;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.exceptions.RpcPayloadTooLargeException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;
import org.stellwerk.rpc.exceptions.RpcSerializationException;
import org.stellwerk.rpc.simulation.contract.ContractGateway.Job;
import org.stellwerk.rpc.simulation.contract.ContractGateway.Kind;
import org.stellwerk.rpc.simulation.contract.ContractGateway.Report;
import org.stellwerk.rpc.simulation.contract.ContractGateway.Reserved;
import org.stellwerk.rpc.simulation.contract.ContractGateway.Slot;

/**
 * What every RpcService promises: run by the real transport and by the simulator alike, which keeps
 * the simulator honest. A subclass gives services, a way to wait, and a clock.
 */
public abstract class RpcServiceContract extends RpcEndpointContract {

  private static final ContractToken TOKEN = new ContractToken(new UUID(1, 2));
  private static final ContractToken OTHER = new ContractToken(new UUID(3, 4));

  @Test
  void callsCarryTheirArgumentsAndAnswers() throws Throwable {
    Report report =
        new Report(
            new UUID(5, 6),
            "näme",
            List.of(
                new Slot(0, Kind.FREE, null),
                new Slot(1, Kind.TAKEN, new Job(99)),
                new Slot(2, Kind.TAKEN, new Reserved())),
            Map.of("a", Duration.ofMillis(1)));
    for (ContractGateway gateway : gatewaysTo(started("calls"))) {
      assertThat(await(gateway.report(report))).isEqualTo(report);
      assertThat(await(gateway.sum(1, 2, 3))).isEqualTo(6);
      assertThat(await(gateway.sum())).isZero();
      assertThat(await(gateway.sum(1L << 40, 1))).isEqualTo((1L << 40) + 1);
      assertThat(await(gateway.echo(null))).isNull();
      assertThat(await(gateway.any(List.of("a", 1)))).isEqualTo(List.of("a", 1));
    }
  }

  @Test
  void gatewayHasTheAddressOfItsEndpoint() throws Throwable {
    ContractEndpoint endpoint = started("address");
    assertThat(endpoint.getAddress()).isEqualTo(server.getEndpointAddress("address"));
    for (ContractGateway gateway : gatewaysTo(endpoint)) {
      assertThat(gateway.getAddress()).isEqualTo(endpoint.getAddress());
      assertThat(gateway.getHostname()).isEqualTo(endpoint.getHostname());
    }
  }

  @Test
  void localArgumentsPassByReference() throws Throwable {
    ContractGateway gateway = gatewaysTo(started("reference")).get(0);
    Object notSerialisable = new Object();
    assertThat(await(gateway.any(notSerialisable))).isSameAs(notSerialisable);
  }

  @Test
  void remoteArgumentsPassByValue() throws Throwable {
    List<String> list = new ArrayList<>(List.of("a"));
    CompletableFuture<Object> answer = remote(started("value")).any(list);
    list.add("b");
    assertThat(await(answer)).isEqualTo(List.of("a"));
  }

  @Test
  void toldMessagesKeepTheirOrderAmongAsks() throws Throwable {
    ContractEndpoint endpoint = started("order");
    for (ContractGateway gateway : gatewaysTo(endpoint)) {
      int before = required(await(gateway.told())).size();
      List<String> numbers = IntStream.range(0, 200).mapToObj(Integer::toString).toList();
      numbers.forEach(gateway::tell);
      List<String> told = required(await(gateway.told()));
      assertThat(told.subList(before, told.size())).isEqualTo(numbers);
    }
  }

  @Test
  void exceptionsReachTheCaller() throws Throwable {
    for (ContractGateway gateway : gatewaysTo(started("failing"))) {
      assertThat(awaitFailure(gateway.failAtOnce("at once")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("at once")
          .hasCauseInstanceOf(IllegalArgumentException.class)
          .satisfies(
              failure ->
                  assertThat(failure.getStackTrace())
                      .anyMatch(frame -> frame.getMethodName().equals("failAtOnce")));
      assertThat(awaitFailure(gateway.failLater("later")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("later");
    }
  }

  @Test
  void exceptionsOfUnknownTypesAreReplacedFaithfully() throws Throwable {
    ContractGateway gateway = remote(started("strange"));
    assertThat(awaitFailure(gateway.failStrangely("odd")))
        .hasMessage("odd")
        .satisfies(
            failure ->
                assertThat(failure.toString())
                    .isEqualTo(ContractEndpoint.StrangeException.class.getName() + ": odd"));
  }

  @Test
  void timeoutNamesTheCall() throws Throwable {
    ContractEndpoint endpoint = started("silent");
    for (ContractGateway gateway : gatewaysTo(endpoint)) {
      long begin = nowNanos();
      assertThat(awaitFailure(gateway.neverWithin(Duration.ofMillis(80))))
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining("ContractGateway")
          .hasMessageContaining("neverWithin(Duration)")
          .hasMessageContaining(endpoint.getAddress());
      assertThat(nowNanos() - begin).isBetween(80_000_000L, 2_000_000_000L);
    }
  }

  @Test
  void connectingToNobodyFails() {
    assertThat(
            awaitFailure(
                client.connect(server.getEndpointAddress("nobody"), ContractGateway.class)))
        .isInstanceOf(RpcConnectionException.class)
        .hasMessageContaining("nobody");
    assertThat(
            awaitFailure(
                server.connect(server.getEndpointAddress("nobody"), ContractGateway.class)))
        .isInstanceOf(RpcConnectionException.class);
  }

  @Test
  void connectingToAGatewayThatIsNotServedFails() {
    ContractEndpoint endpoint = started("other");
    for (RpcService service : List.of(server, client)) {
      assertThat(awaitFailure(service.connect(endpoint.getAddress(), UnfencedGateway.class)))
          .isInstanceOf(HandshakeException.class)
          .hasMessageContaining("UnfencedGateway");
    }
  }

  @Test
  void callsToAStoppedEndpointFailAtOnce() throws Throwable {
    ContractEndpoint endpoint = started("stopped");
    List<ContractGateway> gateways = gatewaysTo(endpoint);
    await(endpoint.closeAsync());
    for (ContractGateway gateway : gateways) {
      gateway.tell("nobody listens");
      long begin = nowNanos();
      assertThat(awaitFailure(gateway.echo("anybody?")))
          .isInstanceOf(RecipientUnreachableException.class);
      assertThat(nowNanos() - begin).isLessThan(2_000_000_000L);
    }
  }

  @Test
  void callsToAClosedServiceFailAtOnce() throws Throwable {
    ContractEndpoint endpoint = started("closed");
    ContractGateway gateway = remote(endpoint);
    CompletableFuture<Void> open = gateway.never();
    assertThat(await(gateway.echo("alive"))).isEqualTo("alive");
    await(server.closeAsync());
    long begin = nowNanos();
    assertThat(awaitFailure(open)).isInstanceOf(RpcException.class);
    assertThat(awaitFailure(gateway.echo("anybody?")))
        .isInstanceOf(RecipientUnreachableException.class);
    assertThat(nowNanos() - begin).isLessThan(2_000_000_000L);
  }

  @Test
  void callsThroughAClosedServiceFail() throws Throwable {
    ContractGateway gateway = remote(started("lonely"));
    CompletableFuture<Void> open = gateway.never();
    await(client.closeAsync());
    assertThat(awaitFailure(open)).isInstanceOf(RpcException.class);
    assertThat(awaitFailure(gateway.echo("x"))).isInstanceOf(RpcException.class);
    assertThatThrownBy(() -> new ContractEndpoint(client, "late"))
        .isInstanceOf(RpcRuntimeException.class);
  }

  @Test
  void closingTheServiceStopsItsEndpointsFirst() throws Throwable {
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    ContractEndpoint quick = started("quick");
    ContractEndpoint slow = new ContractEndpoint(server, "slow").stoppingWith(outcome);
    slow.start();
    ContractGateway fromOutside = remote(started("witness"));
    CompletableFuture<Void> closed = server.closeAsync();
    await(quick.getTerminationFuture());
    assertThat(closed).isNotDone();
    // The transport still works: the answer is a refusal that came over it.
    assertThat(awaitFailure(fromOutside.echo("x"))).isInstanceOf(RpcException.class);
    assertThat(slow.getTerminationFuture()).isNotDone();
    outcome.complete(null);
    await(closed);
    assertThat(slow.getTerminationFuture()).isCompleted();
    assertThat(quick.life).containsExactly("start", "stop");
  }

  @Test
  void messagesAboveTheLimitFailAtTheSender() throws Throwable {
    ContractGateway gateway = remote(started("large"));
    int limit = maximumMessageBytes();
    assertThat(awaitFailure(gateway.size(new byte[limit + 1])))
        .isInstanceOf(RpcPayloadTooLargeException.class)
        .hasMessageContaining(String.valueOf(limit))
        .hasMessageContaining("size");
    assertThat(await(gateway.told())).isEmpty();
    assertThat(await(gateway.size(new byte[limit - 1024]))).isEqualTo(limit - 1024);
  }

  @Test
  void answersAboveTheLimitFailTheCaller() throws Throwable {
    ContractGateway gateway = remote(started("large"));
    int limit = maximumMessageBytes();
    assertThat(awaitFailure(gateway.bytes(limit + 1)))
        .isInstanceOf(RpcException.class)
        .hasMessageContaining(String.valueOf(limit));
    assertThat(required(await(gateway.bytes(limit - 1024)))).hasSize(limit - 1024);
    assertThat(await(gateway.echo("well"))).isEqualTo("well");
  }

  @Test
  void whatCannotBeSerialisedIsNamed() throws Throwable {
    ContractGateway gateway = remote(started("unserialisable"));
    assertThat(awaitFailure(gateway.any(List.of("a", new Object()))))
        .isInstanceOf(RpcSerializationException.class)
        .hasMessageContaining("rgument 0")
        .hasMessageContaining("[1]")
        .hasMessageContaining("java.lang.Object");
    assertThat(awaitFailure(gateway.unserialisable()))
        .isInstanceOf(RpcSerializationException.class)
        .hasMessageContaining("java.lang.Object");
    assertThat(await(gateway.echo("well"))).isEqualTo("well");
  }

  @Test
  void localMethodsRefuseToBeCalledRemotely() throws Throwable {
    List<ContractGateway> gateways = gatewaysTo(started("local"));
    assertThat(await(gateways.get(0).localOnly())).isEqualTo(1);
    assertThat(awaitFailure(gateways.get(1).localOnly()))
        .isInstanceOf(RpcException.class)
        .hasMessageContaining("localOnly")
        .hasMessageContaining("@Local");
  }

  @Test
  void fencedCallsNeedTheCurrentToken() throws Throwable {
    FencedContractEndpoint endpoint = new FencedContractEndpoint(server, "fenced", TOKEN);
    endpoint.start();
    assertThat(await(endpoint.getSelfGateway(FencedGateway.class).count())).isEqualTo(1);
    int expected = 1;
    for (RpcService service : List.of(server, client)) {
      FencedGateway right =
          required(await(service.connect(endpoint.getAddress(), TOKEN, FencedGateway.class)));
      assertThat(right.getFencingToken()).isEqualTo(TOKEN);
      expected++;
      assertThat(await(right.count())).isEqualTo(expected);
      FencedGateway wrong =
          required(await(service.connect(endpoint.getAddress(), OTHER, FencedGateway.class)));
      assertThat(awaitFailure(wrong.count()))
          .isInstanceOf(FencingTokenException.class)
          .hasMessageContaining("mismatch")
          .hasMessageContaining("fenced");
      FencedGateway none =
          required(await(service.connect(endpoint.getAddress(), FencedGateway.class)));
      assertThat(awaitFailure(none.count()))
          .isInstanceOf(FencingTokenException.class)
          .hasMessageContaining("not set");
      UnfencedGateway unfenced =
          required(await(service.connect(endpoint.getAddress(), UnfencedGateway.class)));
      assertThat(awaitFailure(unfenced.countUnfenced()))
          .isInstanceOf(FencingTokenException.class)
          .hasMessageContaining("not set");
    }
  }

  @Test
  void scheduledExecutorKeepsDelays() throws Throwable {
    long begin = nowNanos();
    CompletableFuture<Long> once = new CompletableFuture<>();
    server
        .getScheduledExecutor()
        .schedule(() -> once.complete(nowNanos()), 30, TimeUnit.MILLISECONDS);
    assertThat(required(await(once)) - begin).isGreaterThanOrEqualTo(30_000_000L);
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<Void> thrice = new CompletableFuture<>();
    ScheduledFuture<?> periodic =
        server
            .getScheduledExecutor()
            .scheduleWithFixedDelay(
                () -> {
                  if (runs.incrementAndGet() == 3) {
                    thrice.complete(null);
                  }
                },
                5,
                10,
                TimeUnit.MILLISECONDS);
    await(thrice);
    assertThat(periodic.isDone()).isFalse();
    periodic.cancel(false);
    assertThat(periodic.isCancelled()).isTrue();
    int ran = runs.get();
    CompletableFuture<Void> later = new CompletableFuture<>();
    server.getScheduledExecutor().schedule(() -> later.complete(null), 60, TimeUnit.MILLISECONDS);
    await(later);
    assertThat(runs.get()).isLessThanOrEqualTo(ran + 1);
  }
}
