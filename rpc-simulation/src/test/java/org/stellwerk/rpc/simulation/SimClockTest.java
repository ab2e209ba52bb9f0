package org.stellwerk.rpc.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class SimClockTest {

  private final SimScheduler sim = new SimScheduler(9);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimNode node = net.newNode("n");

  @Test
  void timersNeverFireBeforeTheirClockShowsTheTimeAndHardlyLater() {
    SimRandom random = new SimRandom(4);
    for (int i = 0; i < 2_000; i++) {
      node.clock().setDrift(random.nextLong(1_900_000) - 950_000);
      long delay = 1 + random.nextLong(random.chance(0.5) ? 100 : 100_000_000_000L);
      long due = node.clock().relativeTimeNanos() + delay;
      List<Long> fired = new ArrayList<>();
      node.timers()
          .schedule(() -> fired.add(node.clock().relativeTimeNanos()), delay, TimeUnit.NANOSECONDS);
      sim.runUntil(() -> !fired.isEmpty(), Duration.ofHours(1));
      // A nanosecond of the world is up to two of the node's.
      assertThat(fired.get(0)).isBetween(due, due + 1);
    }
  }

  @Test
  void waitingTimersFollowAChangeOfTheDrift() {
    List<Long> fired = new ArrayList<>();
    Runnable note = () -> fired.add(sim.nowNanos() / 1_000_000);
    node.timers().schedule(note, 10, TimeUnit.SECONDS);
    node.timers().scheduleAtFixedRate(note, 10, 10, TimeUnit.SECONDS).getDelay(TimeUnit.DAYS);
    net.newNode("other").timers().schedule(note, 10, TimeUnit.SECONDS);
    sim.runFor(Duration.ofSeconds(5));
    node.clock().setDrift(1_000_000);
    sim.runFor(Duration.ofMillis(2_499));
    assertThat(fired).isEmpty();
    sim.runFor(Duration.ofMillis(1));
    assertThat(fired).containsExactly(7_500L, 7_500L);
    node.clock().setDrift(-500_000);
    sim.runFor(Duration.ofSeconds(20));
    assertThat(fired).containsExactly(7_500L, 7_500L, 10_000L, 27_500L);
  }

  @Test
  void timeoutsOfCallsFollowTheCallersClock() {
    EchoEndpoint echo = new EchoEndpoint(net.newService("b"), "echo");
    echo.start();
    EchoGateway gateway = sim.await(node.rpc().connect("sim://b/echo", EchoGateway.class));
    long before = sim.nowNanos();
    CompletableFuture<String> open = gateway.never(Duration.ofSeconds(10));
    node.clock().setDrift(-500_000);
    assertThat(sim.awaitFailure(open)).isInstanceOf(TimeoutException.class);
    assertThat(sim.nowNanos() - before).isEqualTo(20_000_000_000L);
  }

  @Test
  void timersLeftBehindByAFrozenNodeFireWhenItThaws() {
    List<Long> fired = new ArrayList<>();
    node.timers().schedule(() -> fired.add(sim.nowNanos()), 1, TimeUnit.SECONDS);
    node.freeze(Duration.ofSeconds(3));
    sim.runFor(Duration.ofSeconds(2));
    node.clock().setDrift(-900_000);
    sim.runFor(Duration.ofSeconds(1));
    assertThat(fired).containsExactly(3_000_000_000L);
  }

  @Test
  void aTimerCancelledWhileItsNodeIsFrozenDoesNotFire() {
    List<String> fired = new ArrayList<>();
    Future<?> timer = node.timers().schedule(() -> fired.add("x"), 1, TimeUnit.SECONDS);
    node.freeze(Duration.ofSeconds(3));
    sim.runFor(Duration.ofSeconds(2));
    timer.cancel(false);
    sim.runFor(Duration.ofSeconds(2));
    assertThat(fired).isEmpty();
  }

  @Test
  void veryLongDelaysNeverCome() {
    node.clock().setDrift(-999_999);
    List<String> fired = new ArrayList<>();
    node.timers().schedule(() -> fired.add("x"), Long.MAX_VALUE / 4, TimeUnit.NANOSECONDS);
    sim.runFor(Duration.ofDays(18_000));
    assertThat(fired).isEmpty();
  }

  @Test
  void wallTimeIsSteppedAndTimersDoNotCare() {
    long before = node.clock().absoluteTimeMillis();
    List<String> fired = new ArrayList<>();
    node.timers().schedule(() -> fired.add("x"), 1, TimeUnit.SECONDS);
    node.clock().stepWall(Duration.ofHours(-2));
    sim.runFor(Duration.ofSeconds(1));
    assertThat(fired).hasSize(1);
    assertThat(node.clock().absoluteTimeMillis()).isEqualTo(before + 1_000 - 7_200_000);
  }

  @Test
  void aClockCannotStand() {
    assertThatThrownBy(() -> node.clock().setDrift(-1_000_000))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
