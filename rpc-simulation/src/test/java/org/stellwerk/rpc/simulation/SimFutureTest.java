package org.stellwerk.rpc.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What cannot be simulated is refused, and says why. */
class SimFutureTest {

  private final SimScheduler sim = new SimScheduler(2);
  private final SimNetwork net = new SimNetwork(sim);
  private final EchoGateway gateway;

  SimFutureTest() {
    new EchoEndpoint(net.newService("b"), "echo").start();
    gateway = sim.await(net.newService("a").connect("sim://b/echo", EchoGateway.class));
  }

  private static void refused(ThrowingCallable call, String why) {
    assertThatThrownBy(call)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining(why);
  }

  @Test
  void waitingForWhatCannotComeIsRefused() {
    CompletableFuture<String> answer = gateway.echo("x");
    refused(answer::get, "nothing happens in the simulator while its thread waits");
    refused(answer::join, "SimScheduler.await");
    refused(() -> answer.get(1, TimeUnit.SECONDS), "for ever");
    refused(() -> answer.thenApply(text -> text + "y").join(), "for ever");
    sim.runUntilIdle();
    assertThat(answer.join()).isEqualTo("x");
    assertThat(answer.thenApply(text -> text + "y").join()).isEqualTo("xy");
  }

  @Test
  void waitingInAnEventIsRefusedToo() {
    List<Throwable> thrown = new ArrayList<>();
    net.nodes()
        .get(1)
        .io()
        .execute(
            () -> {
              try {
                gateway.echo("x").join();
              } catch (UnsupportedOperationException e) {
                thrown.add(e);
              }
            });
    sim.runUntilIdle();
    assertThat(thrown).hasSize(1);
  }

  @Test
  void threadsAndTimersOfTheJdkAreRefused() {
    CompletableFuture<String> answer = gateway.echo("x");
    refused(() -> answer.thenApplyAsync(text -> text), "name an executor");
    refused(() -> answer.thenAccept(text -> {}).thenRunAsync(() -> {}), "name an executor");
    refused(() -> answer.orTimeout(1, TimeUnit.SECONDS), "takes real time");
    refused(() -> answer.completeOnTimeout("y", 1, TimeUnit.SECONDS), "takes real time");
    List<String> seen = new ArrayList<>();
    answer.thenAcceptAsync(seen::add, net.nodes().get(1).io());
    sim.runUntilIdle();
    assertThat(seen).containsExactly("x");
  }

  @Test
  void timersAndMainThreadsRefuseWhatTheyCannotDo() {
    Future<?> timer = net.nodes().get(0).timers().schedule(() -> {}, 1, TimeUnit.SECONDS);
    refused(timer::get, "would wait for ever");
    ManualMainThreadExecutor main = new ManualMainThreadExecutor(sim);
    refused(() -> main.scheduleAtFixedRate(() -> {}, 0, 1, TimeUnit.SECONDS), "arms itself again");
    refused(gateway::now, "cannot block");
  }

  @Test
  void anotherThreadMayWait() throws Exception {
    try (SimRealTime world = new SimRealTime(sim)) {
      EchoGateway shared = world.share(EchoGateway.class, gateway);
      assertThat(shared.echo("x").get(20, TimeUnit.SECONDS)).isEqualTo("x");
    }
  }
}
