package org.stellwerk.rpc.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.simulation.SimNetwork.Status;

/** What faults of links do to messages. */
class SimNetworkTest {

  private static final Duration LONG = Duration.ofHours(1);

  private final SimScheduler sim = new SimScheduler(5);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimRpcService a = net.newService("a");
  private final SimRpcService b = net.newService("b");
  private final EchoEndpoint atA = new EchoEndpoint(a, "echo");
  private final EchoEndpoint atB = new EchoEndpoint(b, "echo");
  private final List<String> gone = new ArrayList<>();
  private final EchoGateway fromA;
  private final EchoGateway fromB;

  SimNetworkTest() {
    atA.start();
    atB.start();
    a.addPeerListener((peer, reason) -> gone.add(peer + ": " + reason));
    fromA = sim.await(a.connect("sim://b/echo", EchoGateway.class));
    fromB = sim.await(b.connect("sim://a/echo", EchoGateway.class));
    sim.runUntilIdle();
  }

  private void tell(int from, int to) {
    IntStream.range(from, to).forEach(fromA::tell);
  }

  /** Calls until one is answered: those on a connection that is made anew are lost. */
  private void awaitAnswer() {
    List<CompletableFuture<String>> calls = new ArrayList<>();
    while (calls.stream().noneMatch(CompletableFuture::isDone)) {
      calls.add(fromA.echo("again"));
      sim.runFor(Duration.ofMillis(100));
    }
    assertThat(calls.stream().filter(CompletableFuture::isDone))
        .allSatisfy(call -> assertThat(call.join()).isEqualTo("again"));
  }

  private static List<Integer> numbers(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  @Test
  void requestsAloneVanish() {
    net.setOneWay("a", "b", Status.BLACKHOLE_REQUESTS);
    fromA.tell(1);
    assertThat(sim.await(fromB.echo("its answer goes from a to b"))).isNotEmpty();
    assertThat(sim.awaitFailure(fromA.echo("x"))).isInstanceOf(TimeoutException.class);
    assertThat(sim.awaitFailure(a.connect("sim://b/echo", EchoGateway.class)))
        .isInstanceOf(RpcConnectionException.class);
    assertThat(atB.told).isEmpty();
  }

  @Test
  void answersAloneVanish() {
    net.setOneWay("b", "a", Status.BLACKHOLE_REPLIES);
    fromA.tell(1);
    assertThat(sim.await(fromB.echo("it goes from b to a"))).isNotEmpty();
    assertThat(sim.awaitFailure(fromA.echo("x"))).isInstanceOf(TimeoutException.class);
    assertThat(atB.told).containsExactly(1);
  }

  @Test
  void whatIsInFlightWhenRequestsBeginToVanishVanishes() {
    CompletableFuture<String> answer = fromA.echo("x");
    net.setOneWay("a", "b", Status.BLACKHOLE_REQUESTS);
    assertThat(sim.awaitFailure(answer)).isInstanceOf(TimeoutException.class);
  }

  @Test
  void someAreDroppedAndTheOthersKeepTheirOrder() {
    net.setDrop("a", "b", 0.3);
    tell(0, 1_000);
    sim.runUntilIdle();
    assertThat(atB.told).hasSizeBetween(630, 770).isSorted();
    assertThat(gone).isEmpty();
    net.heal();
    tell(1_000, 1_100);
    sim.runUntilIdle();
    assertThat(atB.told).endsWith(numbers(1_000, 1_100).toArray(Integer[]::new));
  }

  @Test
  void cloggedMessagesComeLaterAndInOrder() {
    tell(0, 20);
    net.clog("a", "b", Duration.ofSeconds(3));
    tell(20, 40);
    fromB.tell(7);
    sim.runFor(Duration.ofMillis(2_900));
    assertThat(atA.told).containsExactly(7);
    assertThat(atB.told).isEmpty();
    tell(40, 60);
    sim.runFor(Duration.ofMillis(110));
    assertThat(atB.told).isEqualTo(numbers(0, 60));
    assertThat(sim.await(fromA.echo("x"))).isEqualTo("x");
  }

  @Test
  void aLongerClogCountsAndHealingEndsIt() {
    net.clog("a", "b", Duration.ofSeconds(3));
    net.clog("a", "b", Duration.ofSeconds(9));
    net.clog("a", "b", Duration.ofSeconds(1));
    tell(0, 5);
    sim.runFor(Duration.ofSeconds(8));
    assertThat(atB.told).isEmpty();
    net.heal();
    sim.runFor(Duration.ofMillis(1));
    assertThat(atB.told).hasSize(5);
  }

  @Test
  void aCloggedNodeIsCloggedBothWays() {
    net.clog("b", Duration.ofSeconds(3));
    CompletableFuture<String> there = fromA.echo("x");
    CompletableFuture<String> back = fromB.echo("x");
    sim.runFor(Duration.ofMillis(2_990));
    assertThat(there).isNotDone();
    assertThat(back).isNotDone();
    sim.await(there);
    sim.await(back);
    assertThat(sim.clock().relativeTimeMillis()).isBetween(3_000L, 3_020L);
  }

  @Test
  void swizzleClogsEndInTimeAndLoseNothing() {
    net.swizzleClog(List.of("a", "b"), Duration.ofSeconds(10));
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      sim.runFor(Duration.ofMillis(100));
      answers.add(fromA.echo("" + i));
    }
    sim.runFor(Duration.ofMillis(50));
    assertThat(answers).allMatch(CompletableFuture::isDone);
    assertThat(answers).noneMatch(CompletableFuture::isCompletedExceptionally);
  }

  @Test
  void aResetLosesWhatIsInFlightAndNobodyNotices() {
    CompletableFuture<String> lost = fromA.echo("x");
    net.reset("a", "b");
    fromA.tell(1);
    assertThat(sim.await(fromA.echo("y"))).isEqualTo("y");
    assertThat(atB.told).containsExactly(1);
    assertThat(lost).isNotDone();
    assertThat(sim.awaitFailure(lost)).isInstanceOf(TimeoutException.class);
    assertThat(gone).isEmpty();
  }

  @Test
  void aPartitionCutsTheGroupsOnly() {
    EchoGateway fromC = sim.await(net.newService("c").connect("sim://a/echo", EchoGateway.class));
    net.partition(List.of("a", "c"), List.of("b"));
    assertThat(sim.await(fromC.echo("x"))).isEqualTo("x");
    assertThat(sim.awaitFailure(fromA.echo("x"))).isInstanceOf(TimeoutException.class);
    net.heal();
    net.setOneWay(List.of("b"), List.of("a", "c"), Status.BLACKHOLE);
    fromA.tell(1);
    assertThat(sim.awaitFailure(fromA.echo("x"))).isInstanceOf(TimeoutException.class);
    assertThat(atB.told).containsExactly(1);
  }

  /** TCP waits with its next attempt for about as long as the partition has lasted. */
  @Test
  void afterAPartitionTheConnectionStaysSilentForAWhile() {
    int silent = 0;
    for (int i = 0; i < 20; i++) {
      net.setStatus("a", "b", Status.BLACKHOLE);
      fromA.tell(-1);
      sim.runFor(Duration.ofSeconds(10));
      net.setStatus("a", "b", Status.CONNECTED);
      long healed = sim.clock().relativeTimeMillis();
      atB.told.clear();
      tell(0, 3);
      sim.runUntil(() -> atB.told.size() == 3, LONG);
      long passed = sim.clock().relativeTimeMillis() - healed;
      assertThat(passed).isLessThan(16_000);
      assertThat(atB.told).isEqualTo(numbers(0, 3));
      if (passed > 100) {
        silent++;
      }
    }
    assertThat(silent).isGreaterThan(10);
  }

  /** Also if it ends in steps: no way stays silent for ever. */
  @ParameterizedTest
  @EnumSource(names = {"BLACKHOLE_REQUESTS", "BLACKHOLE_REPLIES"})
  void afterAPartitionThatEndsInStepsTheConnectionIsNotSilentForEver(Status between) {
    for (int i = 0; i < 20; i++) {
      net.setStatus("a", "b", Status.BLACKHOLE);
      fromA.tell(-1);
      sim.runFor(Duration.ofSeconds(10));
      net.setStatus("a", "b", between);
      net.setStatus("a", "b", Status.CONNECTED);
      long healed = sim.clock().relativeTimeMillis();
      atB.told.clear();
      tell(0, 3);
      sim.runUntil(() -> atB.told.size() == 3, LONG);
      assertThat(sim.clock().relativeTimeMillis() - healed).isLessThan(16_000);
    }
  }

  /** While somebody waits for an answer, the services make such connections anew. */
  @Test
  void whileCallsWaitASilentConnectionIsMadeAnew() {
    for (int i = 0; i < 20; i++) {
      net.setStatus("a", "b", Status.BLACKHOLE);
      fromA.tell(-1);
      sim.runFor(Duration.ofSeconds(8));
      net.setStatus("a", "b", Status.CONNECTED);
      long healed = sim.clock().relativeTimeMillis();
      awaitAnswer();
      assertThat(sim.clock().relativeTimeMillis() - healed).isLessThan(3200);
      sim.runFor(Duration.ofSeconds(20));
    }
  }

  @Test
  void whoAsksWhetherThePeerAnswersMendsTheConnection() {
    net.setStatus("a", "b", Status.BLACKHOLE);
    fromA.tell(-1);
    fromB.tell(-1);
    sim.runFor(Duration.ofSeconds(10));
    assertThat(sim.await(a.answers("sim://b/echo"))).isFalse();
    net.setStatus("a", "b", Status.CONNECTED);
    assertThat(sim.await(a.answers("sim://b/echo"))).isTrue();
    long begin = sim.clock().relativeTimeMillis();
    assertThat(sim.await(fromA.echo("x"))).isEqualTo("x");
    assertThat(sim.await(fromB.echo("x"))).isEqualTo("x");
    assertThat(sim.clock().relativeTimeMillis() - begin).isLessThan(10);
  }

  @Test
  void theNextProcessOfTheNameHasConnectionsOfItsOwn() {
    net.setStatus("a", "b", Status.BLACKHOLE);
    fromA.tell(-1);
    sim.runFor(Duration.ofSeconds(10));
    net.node("b").crash();
    net.setStatus("a", "b", Status.CONNECTED);
    new EchoEndpoint(net.newService("b"), "echo").start();
    EchoGateway anew = sim.await(a.connect("sim://b/echo", EchoGateway.class));
    long begin = sim.clock().relativeTimeMillis();
    assertThat(sim.await(anew.echo("x"))).isEqualTo("x");
    assertThat(sim.clock().relativeTimeMillis() - begin).isLessThan(10);
  }

  @Test
  void anIsolatedNodeIsCutFromLaterOnesToo() {
    net.isolate("b");
    SimRpcService late = net.newService("late");
    assertThat(sim.awaitFailure(late.connect("sim://b/echo", EchoGateway.class)))
        .isInstanceOf(RpcConnectionException.class);
    assertThat(sim.await(late.connect("sim://a/echo", EchoGateway.class))).isNotNull();
    net.rejoin("b");
    assertThat(sim.await(late.connect("sim://b/echo", EchoGateway.class))).isNotNull();
    assertThat(sim.await(fromA.echo("x"))).isEqualTo("x");
  }

  @Test
  void twoIsolatedNodesStayApartWhenOneRejoins() {
    net.isolate("a");
    net.isolate("b");
    net.rejoin("b");
    assertThat(sim.awaitFailure(fromA.echo("x"))).isInstanceOf(TimeoutException.class);
    net.rejoin("a");
    awaitAnswer();
  }

  @Test
  void aRefusedPeerSeemsGoneAndIsAPeerAgainWithTheNextConnect() {
    CompletableFuture<String> open = fromA.never(LONG);
    net.setOneWay("a", "b", Status.REFUSED);
    assertThat(sim.awaitFailure(open)).isInstanceOf(RecipientUnreachableException.class);
    assertThat(gone).containsExactly("sim://b: its port refuses connections");
    assertThat(fromA.echo("x")).isCompletedExceptionally();
    assertThat(sim.awaitFailure(a.connect("sim://b/echo", EchoGateway.class)))
        .isInstanceOf(RpcConnectionException.class);
    net.heal();
    assertThat(fromA.echo("x")).isCompletedExceptionally();
    EchoGateway again = sim.await(a.connect("sim://b/echo", EchoGateway.class));
    assertThat(sim.await(again.echo("x"))).isEqualTo("x");
    assertThat(fromA.echo("x")).isCompletedExceptionally();
    net.setOneWay("a", "b", Status.REFUSED);
    sim.runFor(Duration.ofSeconds(1));
    assertThat(gone).hasSize(2);
    b.node().crash();
    sim.runFor(Duration.ofSeconds(1));
    assertThat(gone).hasSize(2);
  }

  @Test
  void pendingCallsHaveFailedWhenTheNewsComes() {
    List<Boolean> failed = new ArrayList<>();
    CompletableFuture<String> open = fromA.never(LONG);
    a.addPeerListener((peer, reason) -> failed.add(open.isCompletedExceptionally()));
    b.node().crash();
    sim.runFor(Duration.ofSeconds(1));
    assertThat(failed).containsExactly(true);
  }

  @Test
  void theNewsOfACrashWaitsForAClog() {
    net.clog("b", "a", Duration.ofSeconds(3));
    b.node().crash();
    sim.runFor(Duration.ofMillis(2_990));
    assertThat(gone).isEmpty();
    sim.runFor(Duration.ofMillis(20));
    assertThat(gone).hasSize(1);
  }

  @Test
  void callsToADeadProcessOfWhichNoNewsCameTimeOutUntilAnotherAnswers() {
    net.isolate("b");
    b.node().crash();
    sim.runFor(Duration.ofSeconds(1));
    net.heal();
    assertThat(sim.awaitFailure(fromA.echo("x"))).isInstanceOf(TimeoutException.class);
    net.newService("b");
    assertThat(sim.awaitFailure(fromA.echo("x"))).isInstanceOf(RecipientUnreachableException.class);
    assertThat(gone).isEmpty();
  }

  @Test
  void connectingToAProcessThatDiesMeanwhileFailsSoon() {
    CompletableFuture<EchoGateway> connected = a.connect("sim://b/echo", EchoGateway.class);
    b.node().crash();
    assertThat(sim.awaitFailure(connected)).isInstanceOf(RpcConnectionException.class);
    assertThat(sim.clock().relativeTimeMillis()).isLessThan(100);
  }

  @Test
  void linksMayHaveLatenciesOfTheirOwn() {
    net.setLatency("a", "b", SimLatency.fixed(Duration.ofSeconds(2)));
    long before = sim.nowNanos();
    sim.await(fromA.echo("x"));
    assertThat(sim.nowNanos() - before).isBetween(2_000_000_000L, 2_010_000_000L);
    net.heal();
    before = sim.nowNanos();
    sim.await(fromA.echo("x"));
    assertThat(sim.nowNanos() - before).isLessThan(10_000_000L);
  }

  @Test
  void aBusyWorldIsSlowerSometimes() {
    net.setLatencies(SimRpcConfig.Latencies.busy());
    long longest = 0;
    for (int i = 0; i < 300; i++) {
      long before = sim.nowNanos();
      sim.await(fromA.echo("x"));
      longest = Math.max(longest, sim.nowNanos() - before);
    }
    assertThat(longest).isBetween(50_000_000L, 400_000_000L);
  }

  @Test
  void aSlowEndpointLetsItsMessagesQueue() {
    b.node().slowEndpoints(1, Duration.ofMillis(200));
    tell(0, 50);
    sim.runFor(Duration.ofSeconds(1));
    assertThat(atB.told).hasSizeBetween(5, 25);
    sim.runUntilIdle();
    assertThat(atB.told).isEqualTo(numbers(0, 50));
  }
}
