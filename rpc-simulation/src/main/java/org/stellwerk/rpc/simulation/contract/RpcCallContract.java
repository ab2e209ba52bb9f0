package org.stellwerk.rpc.simulation.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.exceptions.ForeignException;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.exceptions.RpcPayloadTooLargeException;
import org.stellwerk.rpc.exceptions.RpcSerializationException;
import org.stellwerk.rpc.simulation.contract.ContractGateway.Job;
import org.stellwerk.rpc.simulation.contract.ContractGateway.Kind;
import org.stellwerk.rpc.simulation.contract.ContractGateway.Report;
import org.stellwerk.rpc.simulation.contract.ContractGateway.Reserved;
import org.stellwerk.rpc.simulation.contract.ContractGateway.Slot;

/** Calls: what they carry, how they fail, what limits them. */
public abstract class RpcCallContract extends RpcLifeCycleContract {

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
      assertThat(await(required(gateway.nothing()))).isNull();
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
  void anErrorThatLeavesTheProcessInDoubtIsAFaultBesidesReachingTheCaller() throws Throwable {
    for (ContractGateway gateway : gatewaysTo(started("doubtful"))) {
      assertThat(awaitFailure(gateway.throwError(false))).hasMessageContaining("stack");
      assertThat(faults).isEmpty();
      assertThat(awaitFailure(gateway.throwError(true))).hasMessageContaining("memory");
      assertThat(faults)
          .singleElement()
          .satisfies(fault -> assertThat(fault).isInstanceOf(OutOfMemoryError.class));
      faults.clear();
    }
  }

  @Test
  void exceptionsOfUnknownTypesAreReplacedFaithfully() throws Throwable {
    ContractGateway gateway = remote(started("strange"));
    assertThat(awaitFailure(gateway.failStrangely("odd")))
        .isInstanceOf(ForeignException.class)
        .hasMessage("odd")
        .hasToString(ContractEndpoint.StrangeException.class.getName() + ": odd")
        .hasStackTraceContaining("ContractEndpoint.failStrangely")
        .cause()
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("below");
    assertThat(await(gateway.echo("well"))).isEqualTo("well");
  }

  @Test
  void timeoutNamesTheCallAndItsCaller() throws Throwable {
    ContractEndpoint endpoint = started("silent");
    for (ContractGateway gateway : gatewaysTo(endpoint)) {
      long begin = nowNanos();
      // Not the services' ask timeout, which is much longer.
      assertThat(awaitFailure(gateway.neverWithin(Duration.ofMillis(80))))
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining("ContractGateway.neverWithin(Duration)")
          .hasMessageContaining(endpoint.getAddress())
          .hasMessageContaining("80 ms")
          .hasStackTraceContaining("timeoutNamesTheCallAndItsCaller");
      assertThat(nowNanos() - begin).isGreaterThanOrEqualTo(80_000_000L);
    }
  }

  @Test
  void callsWithoutATimeoutHaveTheServices() throws Throwable {
    Duration askTimeout = Duration.ofMillis(120);
    RpcService host = service("host", askTimeout);
    RpcService caller = service("caller", askTimeout);
    ContractEndpoint endpoint = new ContractEndpoint(host, "silent");
    endpoint.start();
    for (RpcService service : List.of(host, caller)) {
      ContractGateway gateway =
          required(await(service.connect(endpoint.getAddress(), ContractGateway.class)));
      long begin = nowNanos();
      assertThat(awaitFailure(gateway.never()))
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining("ContractGateway.never()")
          .hasMessageContaining("120 ms");
      assertThat(nowNanos() - begin).isGreaterThanOrEqualTo(askTimeout.toNanos());
    }
  }

  @Test
  void otherReturnTypesAreForTheProcessItself() throws Throwable {
    ContractEndpoint endpoint = started("synchronous");
    ContractGateway self = endpoint.getSelfGateway(ContractGateway.class);
    // In the endpoint's own main thread it runs inline: nobody waits for himself.
    assertThat(await(endpoint.call(() -> self.now("inline"), PATIENCE))).isEqualTo("inline");
    assertThat(await(endpoint.call(() -> self.now(null), PATIENCE))).isNull();
    assertThat(awaitFailure(endpoint.call(() -> self.now("fail"), PATIENCE)))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("as asked");
    ContractGateway remote = remote(endpoint);
    assertThatThrownBy(() -> remote.now("from outside"))
        .isInstanceOf(RuntimeException.class)
        .hasMessageContaining("ContractGateway.now(String)");
    assertThat(await(remote.echo("well"))).isEqualTo("well");
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
}
