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
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcServiceUtils;
import org.stellwerk.rpc.exceptions.EndpointNotStartedException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;

/** Endpoints: main thread, self gateways, timers. */
public abstract class RpcEndpointContract extends RpcContractFixture {

  private static final Duration LONG = PATIENCE;
  private static final int BLOCKS = 10_000;

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

  private static final class Extended extends ContractEndpoint implements UnfencedGateway {
    Extended(RpcService service) {
      super(service, "extended");
    }

    @Override
    public CompletableFuture<Integer> countUnfenced() {
      return CompletableFuture.completedFuture(witness().seen());
    }
  }

  @Test
  @SuppressWarnings("unchecked") // what comes back is the string that was sent
  void gatewaysOfTheWholeInheritanceChainReachOneObject() throws Throwable {
    Extended endpoint = new Extended(server);
    endpoint.start();
    String address = endpoint.getAddress();
    assertThat(endpoint.getSelfGateway(EchoingGateway.class).getAddress()).isEqualTo(address);
    List<EchoingGateway<String>> generic =
        List.of(
            endpoint.getSelfGateway(EchoingGateway.class),
            required(await(server.connect(address, EchoingGateway.class))),
            required(await(client.connect(address, EchoingGateway.class))));
    List<UnfencedGateway> own =
        List.of(
            endpoint.getSelfGateway(UnfencedGateway.class),
            required(await(server.connect(address, UnfencedGateway.class))),
            required(await(client.connect(address, UnfencedGateway.class))));
    for (int i = 0; i < generic.size(); i++) {
      assertThat(await(generic.get(i).echo("generic"))).isEqualTo("generic");
      assertThat(await(own.get(i).countUnfenced())).isEqualTo(i + 1);
    }
    assertThat(await(remote(endpoint).echo("plain"))).isEqualTo("plain");
    assertThat(await(own.get(2).countUnfenced())).isEqualTo(4);
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
    ComponentMainThreadExecutor mainThread = endpoint.mainThread();
    CompletableFuture<Long> runnable = new CompletableFuture<>();
    CompletableFuture<Long> callable = new CompletableFuture<>();
    CompletableFuture<Long> atOnce = new CompletableFuture<>();
    long begin = nowNanos();
    // From inside of a call, as endpoints do.
    ScheduledFuture<String> scheduled =
        required(
            await(
                endpoint.call(
                    () -> {
                      mainThread.execute(() -> atOnce.complete(inMainThread(endpoint)));
                      mainThread.schedule(
                          () -> runnable.complete(inMainThread(endpoint)),
                          50,
                          TimeUnit.MILLISECONDS);
                      return mainThread.schedule(
                          () -> {
                            callable.complete(inMainThread(endpoint));
                            return "called";
                          },
                          1,
                          TimeUnit.SECONDS);
                    },
                    LONG)));
    await(atOnce);
    assertThat(required(await(runnable)) - begin).isGreaterThanOrEqualTo(50_000_000L);
    assertThat(required(await(callable)) - begin).isGreaterThanOrEqualTo(1_000_000_000L);
    await(endpoint.call(() -> "after it", LONG));
    assertThat(scheduled.get()).isEqualTo("called");
  }

  private long inMainThread(ContractEndpoint endpoint) {
    endpoint.validateRunsInMainThread();
    return nowNanos();
  }

  @Test
  void timersAreFutures() throws Throwable {
    ContractEndpoint endpoint = started("futures");
    ComponentMainThreadExecutor mainThread = endpoint.mainThread();
    ScheduledFuture<?> sooner = mainThread.schedule(() -> {}, 1, TimeUnit.HOURS);
    ScheduledFuture<?> later = mainThread.schedule(() -> {}, 2, TimeUnit.HOURS);
    assertThat(sooner.compareTo(later)).isNegative();
    assertThat(later.getDelay(TimeUnit.MINUTES)).isBetween(60L, 120L);
    later.cancel(false);
    assertThat(later.isCancelled()).isTrue();
    assertThat(sooner.isDone()).isFalse();
    ScheduledFuture<String> failing =
        mainThread.schedule(
            () -> {
              throw new IOException("in a timer");
            },
            1,
            TimeUnit.MILLISECONDS);
    CompletableFuture<Void> afterwards = new CompletableFuture<>();
    mainThread.schedule(() -> afterwards.complete(null), 2, TimeUnit.MILLISECONDS);
    await(afterwards);
    assertThatThrownBy(failing::get).hasCauseInstanceOf(IOException.class);
    assertThat(faults)
        .singleElement()
        .satisfies(fault -> assertThat(fault).hasMessageContaining("futures"));
    faults.clear();
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
        endpoint.mainThread().schedule(() -> ran.set(true), 1, TimeUnit.HOURS);
    endpoint.postDelayed(Duration.ofHours(1), this::nowNanos);
    await(endpoint.closeAsync());
    assertThat(timer.isCancelled()).isTrue();
    assertThat(
            endpoint
                .mainThread()
                .schedule(() -> ran.set(true), 1, TimeUnit.MILLISECONDS)
                .isCancelled())
        .isTrue();
    assertThat(ran).isFalse();
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
  void callAsyncOfAnEndpointThatDoesNotRunIsRefusedAtOnce() {
    ContractEndpoint endpoint = new ContractEndpoint(server, "idle");
    assertThat(awaitFailure(endpoint.call(() -> 1, LONG)))
        .isInstanceOf(EndpointNotStartedException.class);
  }

  @Test
  void nothingOverlapsInTheMainThread() throws Throwable {
    ContractEndpoint endpoint = started("alone");
    List<ContractGateway> gateways = gatewaysTo(endpoint);
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (int i = 0; i < BLOCKS; i++) {
      endpoint.post(() -> {});
      if (i % 10 == 0) {
        answers.add(gateways.get(i / 10 % 2).echo("x"));
        answers.add(endpoint.call(() -> 1, LONG));
        endpoint.postDelayedMillis(1 + i % 5, this::nowNanos);
      }
    }
    CompletableFuture<Void> last = new CompletableFuture<>();
    endpoint.mainThread().schedule(() -> last.complete(null), 6, TimeUnit.MILLISECONDS);
    answers.add(last);
    for (CompletableFuture<?> answer : answers) {
      await(answer);
    }
    assertThat(endpoint.witness().overlaps()).isZero();
    assertThat(await(endpoint.call(() -> endpoint.witness().seen(), LONG)))
        .isEqualTo(BLOCKS + 2 * (BLOCKS / 10));
  }

  @Test
  void nothingOverlapsInTheMainThreadOfAFencedEndpoint() throws Throwable {
    ContractToken token = new ContractToken(new UUID(1, 1));
    FencedContractEndpoint endpoint = new FencedContractEndpoint(server, "fenced", token);
    endpoint.start();
    List<FencedGateway> gateways =
        List.of(
            endpoint.getSelfGateway(FencedGateway.class),
            required(await(client.connect(endpoint.getAddress(), token, FencedGateway.class))));
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (int i = 0; i < BLOCKS; i++) {
      endpoint.post(endpoint.witness()::see);
      if (i % 10 == 0) {
        answers.add(gateways.get(i / 10 % 2).count());
        answers.add(endpoint.call(() -> 1, LONG));
        endpoint.postDelayed(endpoint.witness()::see, Duration.ofMillis(1 + i % 5));
      }
    }
    CompletableFuture<Void> last = new CompletableFuture<>();
    endpoint.postDelayed(() -> last.complete(null), Duration.ofMillis(6));
    answers.add(last);
    for (CompletableFuture<?> answer : answers) {
      await(answer);
    }
    assertThat(endpoint.witness().overlaps()).isZero();
    assertThat(await(endpoint.call(() -> endpoint.witness().seen(), LONG)))
        .isEqualTo(BLOCKS + 2 * (BLOCKS / 10));
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
