package org.stellwerk.rpc.simulation.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.exceptions.EndpointGoneException;
import org.stellwerk.rpc.exceptions.EndpointNotFoundException;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.exceptions.HandshakeException;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;

/**
 * What every RpcService promises: run by the real transport and by the simulator alike, which keeps
 * the simulator honest. A subclass gives services, a way to wait, and a clock.
 */
public abstract class RpcServiceContract extends RpcCallContract {

  private static final ContractToken TOKEN = new ContractToken(new UUID(1, 2));
  private static final ContractToken OTHER = new ContractToken(new UUID(3, 4));

  @Test
  void connectingToNobodyFails() {
    assertThat(
            awaitFailure(
                client.connect(server.getEndpointAddress("nobody"), ContractGateway.class)))
        .isInstanceOf(EndpointNotFoundException.class)
        .hasMessageContaining("nobody");
    assertThat(
            awaitFailure(
                server.connect(server.getEndpointAddress("nobody"), ContractGateway.class)))
        .isInstanceOf(EndpointNotFoundException.class);
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
  void aDirectAddressLeadsToTheEndpointWhetherItsProcessIsConnectedOrNot() throws Throwable {
    ContractEndpoint first = started("first");
    ContractEndpoint second = started("second");
    for (ContractEndpoint endpoint : List.of(first, second)) {
      assertThat(endpoint.getDirectAddress()).startsWith(endpoint.getAddress() + "#");
      for (RpcService service : List.of(server, client)) {
        ContractGateway gateway =
            required(await(service.connect(endpoint.getDirectAddress(), ContractGateway.class)));
        assertThat(await(gateway.echo("direct"))).isEqualTo("direct");
        assertThat(gateway.getAddress()).isEqualTo(endpoint.getAddress());
      }
    }
  }

  @Test
  void nobodyIsAskedForADirectAddressInAConnectedProcess() throws Throwable {
    ContractEndpoint known = started("known");
    ContractEndpoint other = started("other");
    assertThat(client.connect(known.getDirectAddress(), ContractGateway.class)).isNotDone();
    await(remote(known).echo("connected"));
    assertThat(client.connect(other.getDirectAddress(), ContractGateway.class)).isCompleted();
    assertThat(client.connect(other.getAddress(), ContractGateway.class)).isNotDone();
  }

  @Test
  void aDirectAddressNeverLeadsToALaterEndpointOfTheName() throws Throwable {
    ContractEndpoint first = started("renewed");
    String address = first.getDirectAddress();
    await(remote(first).echo("connected"));
    ContractGateway known = required(await(client.connect(address, ContractGateway.class)));
    await(first.closeAsync());
    ContractEndpoint second = started("renewed");
    assertThat(second.getAddress()).isEqualTo(first.getAddress());
    assertThat(second.getDirectAddress()).isNotEqualTo(address);
    for (RpcService service : List.of(server, client, service("stranger", PATIENCE))) {
      assertThat(
              awaitFailure(
                  service
                      .connect(address, ContractGateway.class)
                      .thenCompose(gateway -> gateway.echo("who is there?"))))
          .isInstanceOfAny(EndpointNotFoundException.class, EndpointGoneException.class);
    }
    assertThat(awaitFailure(known.echo("anybody?"))).isInstanceOf(EndpointGoneException.class);
    assertThat(await(remote(second).echo("the second"))).isEqualTo("the second");
  }

  @Test
  void aGatewayThatIsNotServedFailsAtADirectAddressAtTheFirstCallAtTheLatest() throws Throwable {
    ContractEndpoint endpoint = started("other");
    await(remote(endpoint).echo("connected"));
    assertThat(
            awaitFailure(
                client
                    .connect(endpoint.getDirectAddress(), TOKEN, FencedGateway.class)
                    .thenCompose(FencedGateway::count)))
        .isInstanceOf(RpcException.class);
    assertThat(await(remote(endpoint).echo("alive"))).isEqualTo("alive");
  }

  @Test
  void callsToAStoppedEndpointFailAtOnce() throws Throwable {
    ContractEndpoint endpoint = started("stopped");
    List<ContractGateway> gateways = gatewaysTo(endpoint);
    await(endpoint.closeAsync());
    for (ContractGateway gateway : gateways) {
      gateway.tell("nobody listens");
      assertThat(awaitFailure(gateway.echo("anybody?")))
          .isInstanceOf(RecipientUnreachableException.class);
    }
  }

  @Test
  void callsToAClosedServiceFailAtOnce() throws Throwable {
    ContractEndpoint endpoint = started("closed");
    ContractGateway gateway = remote(endpoint);
    CompletableFuture<Void> open = gateway.never();
    assertThat(await(gateway.echo("alive"))).isEqualTo("alive");
    await(server.closeAsync());
    assertThat(awaitFailure(open)).isInstanceOf(RecipientUnreachableException.class);
    assertThat(awaitFailure(gateway.echo("anybody?")))
        .isInstanceOf(RecipientUnreachableException.class);
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
    ScheduledExecutor executor = server.getScheduledExecutor();
    long begin = nowNanos();
    CompletableFuture<Long> once = new CompletableFuture<>();
    executor.schedule(() -> once.complete(nowNanos()), 30, TimeUnit.MILLISECONDS);
    assertThat(required(await(once)) - begin).isGreaterThanOrEqualTo(30_000_000L);
    CompletableFuture<String> called = new CompletableFuture<>();
    executor.schedule(() -> called.complete("called"), 1, TimeUnit.MILLISECONDS);
    assertThat(await(called)).isEqualTo("called");
  }

  @Test
  void periodicTasksKeepTheirPeriodAndEndOnlyWhenTheyAreCancelled() throws Throwable {
    ScheduledExecutor executor = server.getScheduledExecutor();
    Runs fixedRate = new Runs();
    Runs fixedDelay = new Runs();
    long begin = nowNanos();
    ScheduledFuture<?> rate = executor.scheduleAtFixedRate(fixedRate, 5, 10, TimeUnit.MILLISECONDS);
    ScheduledFuture<?> delay =
        executor.scheduleWithFixedDelay(fixedDelay, 5, 10, TimeUnit.MILLISECONDS);
    assertThat(required(await(fixedRate.third)) - begin).isGreaterThanOrEqualTo(25_000_000L);
    assertThat(required(await(fixedDelay.third)) - begin).isGreaterThanOrEqualTo(25_000_000L);
    for (ScheduledFuture<?> periodic : List.of(rate, delay)) {
      assertThat(periodic.isDone()).isFalse();
      periodic.cancel(false);
      assertThat(periodic.isCancelled()).isTrue();
    }
  }

  private final class Runs implements Runnable {
    private final CompletableFuture<Long> third = new CompletableFuture<>();
    private final AtomicInteger runs = new AtomicInteger();

    @Override
    public void run() {
      if (runs.incrementAndGet() == 3) {
        third.complete(nowNanos());
      }
    }
  }

  @Test
  void cancelledInTheMiddleOfARunAPeriodicTaskRunsNoMore() throws Throwable {
    ScheduledExecutor executor = server.getScheduledExecutor();
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<ScheduledFuture<?>> itself = new CompletableFuture<>();
    itself.complete(
        executor.scheduleWithFixedDelay(
            () -> {
              // The first runs may come before the task's own future is known here.
              ScheduledFuture<?> task = itself.getNow(null);
              if (task != null) {
                runs.incrementAndGet();
                task.cancel(false);
              }
            },
            1,
            1,
            TimeUnit.MILLISECONDS));
    // Due after many further runs, on the same thread.
    CompletableFuture<Void> later = new CompletableFuture<>();
    executor.schedule(() -> later.complete(null), 40, TimeUnit.MILLISECONDS);
    await(later);
    assertThat(required(await(itself)).isCancelled()).isTrue();
    assertThat(runs).hasValue(1);
  }
}
