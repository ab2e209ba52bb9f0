package org.stellwerk.rpc.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SimSchedulerTest {

  private final SimScheduler sim = new SimScheduler(3);
  private final SimExecutor timers =
      new SimExecutor(sim, "timers", SimLatency.fixed(Duration.ofMillis(1)));
  private final List<String> seen = new ArrayList<>();

  @Test
  void timersFireInTheOrderOfTime() {
    timers.schedule(() -> seen.add("b"), 2, TimeUnit.SECONDS);
    timers.schedule(() -> seen.add("a"), 1, TimeUnit.SECONDS);
    ScheduledFuture<?> cancelled = timers.schedule(() -> seen.add("c"), 1, TimeUnit.SECONDS);
    assertThat(cancelled.getDelay(TimeUnit.MILLISECONDS)).isEqualTo(1_000);
    cancelled.cancel(false);
    sim.runFor(Duration.ofMillis(1_999));
    assertThat(seen).containsExactly("a");
    sim.runFor(Duration.ofMillis(1));
    assertThat(seen).containsExactly("a", "b");
    assertThat(sim.clock().relativeTimeMillis()).isEqualTo(2_000);
  }

  @Test
  void simultaneousEventsComeInAnOrderOfTheSeed() {
    List<String> orders = new ArrayList<>();
    for (int seed = 0; seed < 20; seed++) {
      orders.add(orderFor(seed));
      assertThat(orderFor(seed)).isEqualTo(orders.get(seed));
    }
    assertThat(orders.stream().distinct().count()).isGreaterThan(3);
  }

  private static String orderFor(long seed) {
    SimScheduler scheduler = new SimScheduler(seed);
    StringBuilder order = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      int number = i;
      scheduler.at(Duration.ofSeconds(1), "event", () -> order.append(number));
    }
    scheduler.runFor(Duration.ofSeconds(1));
    return order.toString();
  }

  @Test
  void periodicTimersGoOnUntilCancelledAndDoNotCountAsWork() {
    ScheduledFuture<?> timer =
        timers.scheduleAtFixedRate(() -> seen.add("tick"), 0, 1, TimeUnit.SECONDS);
    sim.runFor(Duration.ofSeconds(3));
    assertThat(seen).hasSize(4);
    sim.runUntilIdle();
    timer.cancel(false);
    sim.runFor(Duration.ofSeconds(10));
    assertThat(seen).hasSize(4);
  }

  @Test
  void runUntilFailsWhenNothingIsLeft() {
    assertThatThrownBy(() -> sim.await(new CompletableFuture<>()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("nothing is left to happen");
    timers.scheduleAtFixedRate(() -> {}, 0, 1, TimeUnit.SECONDS);
    assertThatThrownBy(() -> sim.await(new CompletableFuture<>(), Duration.ofSeconds(30)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("within PT30S");
  }

  @Test
  void eventsDoNotNestAndStayInOneThread() throws InterruptedException {
    timers.execute(() -> sim.runFor(Duration.ofSeconds(1)));
    assertThatThrownBy(sim::runUntilIdle).hasMessageContaining("do not nest");
    List<Throwable> thrown = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                timers.execute(() -> {});
              } catch (IllegalStateException e) {
                thrown.add(e);
              }
            });
    thread.start();
    thread.join();
    assertThat(thrown).hasSize(1);
  }

  @Test
  void checksEndTheRunAtTheEventThatBreaksThem() {
    sim.addCheck(
        () -> {
          if (seen.size() > 2) {
            throw new AssertionError("too many");
          }
        });
    timers.scheduleAtFixedRate(() -> seen.add("x"), 1, 1, TimeUnit.SECONDS);
    assertThatThrownBy(() -> sim.runFor(Duration.ofSeconds(10)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("too many")
        .hasMessageContaining("at 3.000000 s");
  }

  @Test
  void aLiveLockIsFound() {
    class Loop implements Runnable {
      @Override
      public void run() {
        timers.schedule(this, 0, TimeUnit.SECONDS);
      }
    }
    timers.execute(new Loop());
    assertThatThrownBy(() -> sim.runFor(Duration.ofSeconds(1)))
        .hasMessageContaining("Live-lock")
        .extracting("kind")
        .isEqualTo(SimFailure.Kind.LIVE_LOCK);
    assertThat(sim.trace().count()).isBetween(200_000L, 200_010L);
  }

  @Test
  void budgetsEndARun() {
    timers.scheduleAtFixedRate(() -> seen.add("x"), 1, 1, TimeUnit.SECONDS);
    sim.setBudget(SimBudget.defaults().withEvents(5));
    assertThatThrownBy(() -> sim.runFor(Duration.ofSeconds(10)))
        .hasMessageContaining("More than 5 events")
        .extracting("kind")
        .isEqualTo(SimFailure.Kind.BUDGET);
    assertThat(seen).hasSize(6);
    sim.setBudget(SimBudget.defaults().withVirtualTime(Duration.ofSeconds(8)));
    assertThatThrownBy(() -> sim.runFor(Duration.ofSeconds(10)))
        .hasMessageContaining("More virtual time than PT8S");
    assertThat(seen).hasSize(8);
    SimScheduler strict = new SimScheduler(1);
    strict.setBudget(SimBudget.defaults().withEventsAtOneInstant(10));
    for (int i = 0; i < 12; i++) {
      strict.at(Duration.ZERO, "now", () -> {});
    }
    assertThatThrownBy(strict::runUntilIdle).hasMessageContaining("Live-lock");
  }

  @Test
  void timePassesNoFurtherThanToldWhenEventsOfTheDeadAreSkipped() {
    SimNode node = new SimNetwork(sim).newNode("n");
    node.timers().schedule(() -> seen.add("dead"), 1, TimeUnit.SECONDS);
    timers.schedule(() -> seen.add("late"), 5, TimeUnit.SECONDS);
    node.crash();
    sim.runFor(Duration.ofSeconds(2));
    assertThat(sim.clock().relativeTimeMillis()).isEqualTo(2_000);
    assertThat(seen).isEmpty();
  }

  @Test
  void failuresTellTheirKind() {
    SimNode node = new SimNetwork(sim).newNode("n");
    node.io().execute(() -> node.fatalErrors().onFatalError(new IllegalStateException("bug")));
    assertThatThrownBy(sim::runUntilIdle)
        .hasMessageStartingWith("Fatal error: java.lang.IllegalStateException: bug")
        .hasCauseInstanceOf(IllegalStateException.class)
        .extracting("kind")
        .isEqualTo(SimFailure.Kind.FATAL_ERROR);
    sim.at(Duration.ZERO, "break", () -> sim.reportViolation(new AssertionError("I1")));
    assertThatThrownBy(sim::runUntilIdle).extracting("kind").isEqualTo(SimFailure.Kind.VIOLATION);
    assertThatThrownBy(() -> sim.await(new CompletableFuture<>()))
        .extracting("kind")
        .isEqualTo(SimFailure.Kind.NOT_REACHED);
  }

  @Test
  void manualMainThreadRunsInOrderAndFindsMissingHops() {
    ManualMainThreadExecutor mainThread = new ManualMainThreadExecutor(sim);
    mainThread.assertRunningInMainThread();
    for (int i = 0; i < 20; i++) {
      String number = "" + i;
      mainThread.execute(
          () -> {
            mainThread.assertRunningInMainThread();
            seen.add(number);
          });
    }
    mainThread.schedule(() -> seen.add("timer"), 5, TimeUnit.SECONDS);
    sim.runUntilIdle();
    assertThat(seen).hasSize(20).startsWith("0", "1", "2").doesNotContain("timer");
    sim.runFor(Duration.ofSeconds(5));
    assertThat(seen).endsWith("19", "timer");
    timers.execute(mainThread::assertRunningInMainThread);
    assertThatThrownBy(sim::runUntilIdle).hasMessageContaining("outside of main-thread");
  }

  @Test
  void forksAreIndependentOfWhatWasDrawn() {
    SimRandom one = new SimRandom(5);
    SimRandom two = new SimRandom(5);
    two.nextLong();
    assertThat(one.fork("x").nextLong()).isEqualTo(two.fork("x").nextLong());
    assertThat(one.fork("x").nextLong()).isNotEqualTo(one.fork("y").nextLong());
    assertThat(new SeededIdGenerator(1).nextUuid()).isEqualTo(new SeededIdGenerator(1).nextUuid());
  }

  @Test
  void clocks() {
    ManualClock manual = new ManualClock();
    long wall = manual.absoluteTimeMillis();
    manual.advance(Duration.ofMillis(5));
    assertThat(manual.relativeTimeMillis()).isEqualTo(5);
    assertThat(manual.absoluteTimeMillis()).isEqualTo(wall + 5);

    SimNode node = new SimNetwork(sim).newNode("n");
    node.clock().setDrift(100_000);
    node.clock().stepWall(Duration.ofHours(-1));
    node.timers().schedule(() -> seen.add("fired"), 11, TimeUnit.SECONDS);
    sim.runFor(Duration.ofMillis(10_001));
    assertThat(seen).containsExactly("fired");
    assertThat(node.clock().relativeTimeMillis()).isBetween(11_000L, 11_002L);
    assertThat(node.clock().absoluteTimeMillis()).isLessThan(SimClock.EPOCH_MILLIS - 3_500_000);
  }
}
