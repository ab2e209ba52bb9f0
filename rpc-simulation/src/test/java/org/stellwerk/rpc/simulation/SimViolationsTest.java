package org.stellwerk.rpc.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimAsks.Ask;

/** What the simulator reports of its own accord, whatever runs in it. */
class SimViolationsTest {

  private final SimScheduler sim = new SimScheduler(4);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimRpcService service = net.newService("b");
  private final EchoEndpoint endpoint = new EchoEndpoint(service, "echo");
  private final SimRpcService caller = net.newService("a");
  private final EchoGateway gateway;

  SimViolationsTest() {
    endpoint.start();
    gateway = sim.await(caller.connect("sim://b/echo", EchoGateway.class));
  }

  private void assertViolates(String id, String message) {
    assertThatThrownBy(sim::runUntilIdle)
        .isInstanceOf(SimFailure.class)
        .cause()
        .isInstanceOfSatisfying(
            InvariantViolation.class,
            violation -> {
              assertThat(violation.id()).isEqualTo(id);
              assertThat(violation).hasMessageContaining(message);
            });
  }

  private static void bug() {
    throw new IllegalStateException("a bug");
  }

  @Test
  void whatACallbackThrowsAndNobodyHearsIsAViolation() {
    gateway.echo("x").thenAccept(text -> bug());
    assertViolates("I9", "a bug");
  }

  @Test
  void soIsWhatACallbackThrowsThatRunsLaterAndElsewhere() {
    gateway
        .echo("x")
        .thenApply(text -> text + "y")
        .whenCompleteAsync((t, f) -> bug(), caller.node().io());
    assertViolates("I9", "a bug");
  }

  @Test
  void soIsWhatACallbackThrowsThatWasCalledForAFailure() {
    gateway.broken().whenComplete((text, failure) -> bug());
    assertViolates("I9", "a bug");
  }

  @Test
  void whatSomebodyHearsIsNone() {
    List<Throwable> heard = new ArrayList<>();
    gateway
        .echo("x")
        .thenAccept(text -> bug())
        .whenComplete(
            (ignored, failure) -> {
              heard.add(failure);
            })
        .exceptionally(failure -> null);
    CompletableFuture<Void> kept = gateway.echo("y").thenAccept(text -> bug());
    CompletableFuture<Void> all = CompletableFuture.completedFuture("z").thenCompose(z -> kept);
    sim.runUntilIdle();
    assertThat(heard).hasSize(1);
    assertThat(all).isCompletedExceptionally();
  }

  @Test
  void aFailureOfTheCallThatNobodyHearsIsNone() {
    gateway.broken().thenApply(text -> text + "y").thenAccept(text -> {});
    gateway.never(Duration.ofSeconds(1)).whenComplete((text, failure) -> {});
    sim.runFor(Duration.ofSeconds(2));
  }

  @Test
  void aTimerThatFiresForAnEndpointThatHasEndedIsAViolation() {
    Runnable timer = (Runnable) service.node().timers().schedule(() -> {}, 1, TimeUnit.HOURS);
    sim.await(endpoint.closeAsync());
    service.node().timers().execute(() -> endpoint.post(timer));
    assertViolates("I10", "A timer fires for echo, which has ended");
  }

  @Test
  void aMailboxThatOverflowsIsAViolation() {
    sim.setBudget(SimBudget.defaults().withWaiting(100));
    for (int i = 0; i < 100; i++) {
      endpoint.post(() -> {});
    }
    sim.runUntilIdle();
    for (int i = 0; i < 101; i++) {
      endpoint.post(() -> {});
    }
    assertViolates("I9", "101 messages in the mailbox of echo");
  }

  @Test
  void anAnswerToAnEndpointThatHasEndedIsNone() {
    sim.await(endpoint.closeAsync());
    service.node().timers().execute(() -> endpoint.post(() -> {}));
    sim.runUntilIdle();
  }

  @Test
  void aSecondAnswerIsAViolation() throws Exception {
    SimMailbox mailbox = service.accept("echo", EchoGateway.class);
    SimCall call = SimCall.of(EchoGateway.class.getMethod("echo", String.class));
    Ask ask = caller.asks().open("echo", mailbox, null, Duration.ofSeconds(1));
    SimExchange exchange =
        new SimExchange(caller, mailbox, caller.wire().describe(EchoGateway.class), call, ask);
    exchange.succeed("x");
    exchange.succeed("y");
    assertViolates("I10", "echo has answered twice");
  }
}
