package org.stellwerk.rpc.simulation.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.RpcServiceUtils;
import org.stellwerk.rpc.exceptions.EndpointNotStartedException;
import org.stellwerk.rpc.exceptions.EndpointTerminatedException;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;

/** Endpoints: main thread, life cycle, self gateways, timers. */
public abstract class RpcEndpointContract extends RpcContractFixture {

  private static final Duration LONG = Duration.ofSeconds(5);

  @Test
  void selfGatewayCallsTheEndpoint() throws Throwable {
    ContractEndpoint endpoint = started("self");
    ContractGateway self = endpoint.getSelfGateway(ContractGateway.class);
    assertThat(await(self.echo("hello"))).isEqualTo("hello");
    assertThat(self.getAddress()).isEqualTo(endpoint.getAddress());
    assertThat(await(self.localOnly())).isEqualTo(1);
  }

  @Test
  void selfGatewayOfAnotherInterfaceIsRefusedAtOnce() {
    ContractEndpoint endpoint = started("self");
    assertThatThrownBy(() -> endpoint.getSelfGateway(UnfencedGateway.class))
        .isInstanceOf(RpcRuntimeException.class);
  }

  @Test
  void inheritedGatewaysAreServed() throws Throwable {
    ContractEndpoint endpoint = started("inherited");
    EchoingGateway<?> self = endpoint.getSelfGateway(EchoingGateway.class);
    assertThat(self.getAddress()).isEqualTo(endpoint.getAddress());
    assertThat(await(client.connect(endpoint.getAddress(), EchoingGateway.class))).isNotNull();
  }

  @Test
  void runningFlagIsTrueInACall() throws Throwable {
    for (ContractGateway gateway : gatewaysTo(started("running"))) {
      assertThat(await(gateway.isAnswering())).isTrue();
    }
  }

  @Test
  void mainThreadIsChecked() throws Throwable {
    ContractEndpoint endpoint = started("checked");
    assertThatThrownBy(endpoint::validateRunsInMainThread)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("checked");
    CompletableFuture<Void> ran = new CompletableFuture<>();
    endpoint
        .mainThread()
        .execute(
            () -> {
              endpoint.mainThread().assertRunningInMainThread();
              ran.complete(null);
            });
    await(ran);
  }

  @Test
  void timersRunInTheMainThreadNoSoonerThanTheirDelay() throws Throwable {
    ContractEndpoint endpoint = started("timers");
    long begin = nowNanos();
    CompletableFuture<Long> runnable = new CompletableFuture<>();
    endpoint
        .mainThread()
        .schedule(
            () -> {
              endpoint.validateRunsInMainThread();
              runnable.complete(nowNanos());
            },
            50,
            TimeUnit.MILLISECONDS);
    CompletableFuture<Long> callable = new CompletableFuture<>();
    ScheduledFuture<String> scheduled =
        endpoint
            .mainThread()
            .schedule(
                () -> {
                  endpoint.validateRunsInMainThread();
                  callable.complete(nowNanos());
                  return "called";
                },
                1,
                TimeUnit.SECONDS);
    assertThat(required(await(runnable)) - begin).isGreaterThanOrEqualTo(50_000_000L);
    assertThat(callable).isNotDone();
    assertThat(required(await(callable)) - begin).isGreaterThanOrEqualTo(1_000_000_000L);
    await(endpoint.call(() -> "after it", LONG));
    assertThat(scheduled.get()).isEqualTo("called");
  }

  @Test
  void delayedRunnablesKeepTheirDelay() throws Throwable {
    ContractEndpoint endpoint = started("delayed");
    long begin = nowNanos();
    endpoint.postDelayed(Duration.ofMillis(30), this::nowNanos);
    endpoint.postDelayedMillis(60, this::nowNanos);
    CompletableFuture<Void> later = new CompletableFuture<>();
    endpoint.mainThread().schedule(() -> later.complete(null), 120, TimeUnit.MILLISECONDS);
    await(later);
    assertThat(endpoint.ranAt).hasSize(2);
    assertThat(endpoint.ranAt.get(0) - begin).isGreaterThanOrEqualTo(30_000_000L);
    assertThat(endpoint.ranAt.get(1) - begin).isGreaterThanOrEqualTo(60_000_000L);
  }

  @Test
  void timersDieWithTheirEndpoint() throws Throwable {
    ContractEndpoint endpoint = started("mortal");
    AtomicBoolean ran = new AtomicBoolean();
    ScheduledFuture<?> timer =
        endpoint.mainThread().schedule(() -> ran.set(true), 40, TimeUnit.MILLISECONDS);
    await(endpoint.closeAsync());
    CompletableFuture<Void> later = new CompletableFuture<>();
    server.getScheduledExecutor().schedule(() -> later.complete(null), 120, TimeUnit.MILLISECONDS);
    await(later);
    assertThat(ran).isFalse();
    assertThat(timer.isCancelled()).isTrue();
  }

  @Test
  void callAsyncGivesTheValueOrTheFailure() throws Throwable {
    ContractEndpoint endpoint = started("callable");
    assertThat(
            await(
                endpoint.call(
                    () -> {
                      endpoint.validateRunsInMainThread();
                      return 7;
                    },
                    LONG)))
        .isEqualTo(7);
    assertThat(
            awaitFailure(
                endpoint.call(
                    () -> {
                      throw new IllegalArgumentException("from callable");
                    },
                    LONG)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("from callable");
  }

  @Test
  void callAsyncTimesOut() throws Throwable {
    ContractEndpoint endpoint = new ContractEndpoint(server, "slow");
    ContractEndpoint asker = started("asker");
    // Not started: nothing is ever answered but with a refusal, and a refusal comes at once.
    assertThat(awaitFailure(endpoint.call(() -> 1, LONG)))
        .isInstanceOf(EndpointNotStartedException.class);
    ContractGateway self = asker.getSelfGateway(ContractGateway.class);
    assertThat(awaitFailure(self.neverWithin(Duration.ofMillis(30))))
        .isInstanceOf(TimeoutException.class);
  }

  @Test
  void nothingOverlapsInTheMainThread() throws Throwable {
    ContractEndpoint endpoint = started("alone");
    List<ContractGateway> gateways = gatewaysTo(endpoint);
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      endpoint.post(() -> {});
      answers.add(gateways.get(i % 2).echo("x"));
      answers.add(endpoint.call(() -> 1, LONG));
      endpoint.postDelayedMillis(1 + i % 5, this::nowNanos);
    }
    for (CompletableFuture<?> answer : answers) {
      await(answer);
    }
    assertThat(endpoint.overlaps()).isZero();
  }

  @Test
  void callsBeforeTheStartAreRefused() throws Throwable {
    ContractEndpoint endpoint = new ContractEndpoint(server, "later");
    List<ContractGateway> gateways = gatewaysTo(endpoint);
    for (ContractGateway gateway : gateways) {
      assertThat(awaitFailure(gateway.echo("early")))
          .isInstanceOf(EndpointNotStartedException.class)
          .hasMessageContaining("later");
    }
    endpoint.start();
    for (ContractGateway gateway : gateways) {
      assertThat(await(gateway.echo("now"))).isEqualTo("now");
    }
  }

  @Test
  void startRunsOnStartOnce() throws Throwable {
    ContractEndpoint endpoint = started("once");
    endpoint.start();
    await(endpoint.getSelfGateway(ContractGateway.class).echo(""));
    assertThat(endpoint.life).containsExactly("start");
  }

  @Test
  void failingStartTerminatesTheEndpoint() throws Throwable {
    Exception failure = new Exception("cannot start");
    ContractEndpoint endpoint = new ContractEndpoint(server, "failing").failingStart(failure);
    endpoint.start();
    assertThat(awaitFailure(endpoint.getTerminationFuture())).isSameAs(failure);
    assertThat(awaitFailure(client.connect(endpoint.getAddress(), ContractGateway.class)))
        .isInstanceOf(RpcException.class);
  }

  @Test
  void terminationFutureFollowsOnStop() throws Throwable {
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    ContractEndpoint endpoint = new ContractEndpoint(server, "slowly").stoppingWith(outcome);
    endpoint.start();
    ContractGateway gateway = remote(endpoint);
    assertThat(endpoint.getTerminationFuture()).isNotDone();
    CompletableFuture<Void> closed = endpoint.closeAsync();
    assertThat(awaitFailure(gateway.echo("too late")))
        .isInstanceOf(EndpointTerminatedException.class);
    assertThat(closed).isNotDone();
    // The main thread goes on until onStop's future ends.
    assertThat(await(endpoint.call(() -> "still here", LONG))).isEqualTo("still here");
    outcome.complete(null);
    await(closed);
    assertThat(endpoint.life).containsExactly("start", "stop");
    assertThat(awaitFailure(gateway.echo("much too late")))
        .isInstanceOf(RecipientUnreachableException.class);
  }

  @Test
  void failureOfOnStopIsTheTerminationsFailure() throws Throwable {
    Exception failure = new Exception("cannot stop");
    ContractEndpoint endpoint =
        new ContractEndpoint(server, "stubborn")
            .stoppingWith(CompletableFuture.failedFuture(failure));
    endpoint.start();
    assertThat(awaitFailure(endpoint.closeAsync())).isSameAs(failure);
  }

  @Test
  void endpointThatNeverStartedTerminatesToo() throws Throwable {
    ContractEndpoint endpoint = new ContractEndpoint(server, "unborn");
    await(endpoint.closeAsync());
    assertThat(endpoint.life).isEmpty();
  }

  @Test
  void closingTwiceIsClosingOnce() throws Throwable {
    ContractEndpoint endpoint = started("twice");
    CompletableFuture<Void> first = endpoint.closeAsync();
    CompletableFuture<Void> second = endpoint.closeAsync();
    await(first);
    await(second);
    await(endpoint.closeAsync());
    assertThat(endpoint.life).containsExactly("start", "stop");
  }

  @Test
  void resourcesAreClosedAtTheEnd() throws Throwable {
    ContractEndpoint endpoint = started("owner");
    CompletableFuture<Void> resource = new CompletableFuture<>();
    await(
        endpoint.call(
            () -> {
              endpoint.own(() -> resource.complete(null));
              return true;
            },
            LONG));
    assertThat(resource).isNotDone();
    await(endpoint.closeAsync());
    assertThat(resource).isDone();
  }

  @Test
  void nameIsFreeAfterTermination() throws Throwable {
    ContractEndpoint first = started("named");
    String address = first.getAddress();
    assertThatThrownBy(() -> new ContractEndpoint(server, "named"))
        .isInstanceOf(RpcRuntimeException.class)
        .hasMessageContaining("named");
    await(remote(first).echo("first"));
    await(first.closeAsync());
    ContractEndpoint second = started("named");
    assertThat(second.getAddress()).isEqualTo(address);
    for (ContractGateway gateway : gatewaysTo(second)) {
      assertThat(await(gateway.echo("second"))).isEqualTo("second");
    }
  }

  @Test
  void loggingContextIsSetInTheMainThread() throws Throwable {
    ContractEndpoint endpoint =
        new ContractEndpoint(server, "context", Map.of("stellwerk.contract", "yes"));
    endpoint.start();
    for (ContractGateway gateway : gatewaysTo(endpoint)) {
      assertThat(await(gateway.logContext("stellwerk.contract"))).isEqualTo("yes");
      assertThat(await(gateway.logContext("other"))).isNull();
    }
  }

  @Test
  void postedCodeThatThrowsIsAFault() throws Throwable {
    ContractEndpoint endpoint = started("faulty");
    RuntimeException fault = new IllegalStateException("a bug");
    endpoint.post(
        () -> {
          throw fault;
        });
    assertThat(await(endpoint.getSelfGateway(ContractGateway.class).echo("alive")))
        .isEqualTo("alive");
    assertThat(faults).containsExactly(fault);
    faults.clear();
  }

  @Test
  void generatedNamesShareTheirPrefix() {
    String first = RpcServiceUtils.createRandomName("jobmaster", server.getIdGenerator());
    String second = RpcServiceUtils.createRandomName("jobmaster", server.getIdGenerator());
    assertThat(first).startsWith("jobmaster_").isNotEqualTo(second);
    assertThat(second).startsWith("jobmaster_");
  }
}
