package org.stellwerk.runtime.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.ManualClock;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimScheduler;

class HeartbeatMonitorTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final SimScheduler scheduler = new SimScheduler(1);
  private final ManualMainThreadExecutor mainThread = new ManualMainThreadExecutor(scheduler);
  private final RecordingListener listener = new RecordingListener();
  private final HeartbeatMonitor<String> monitor =
      new HeartbeatMonitor<>(TIMEOUT, listener, mainThread, scheduler.clock());

  private void seconds(double seconds) {
    scheduler.runFor(Duration.ofMillis((long) (seconds * 1000)));
  }

  @Test
  void aSilentPeerIsReportedOnceAtItsTimeout() {
    monitor.monitor("a");
    seconds(9.9);
    assertThat(listener.timedOut).isEmpty();
    seconds(0.2);
    assertThat(listener.timedOut).containsExactly("a");
    assertThat(monitor.isMonitored("a")).isFalse();
    seconds(100);
    assertThat(listener.timedOut).containsExactly("a");
  }

  @Test
  void aBeatingPeerIsNeverReported() {
    monitor.monitor("a");
    for (int i = 0; i < 100; i++) {
      seconds(9.5);
      monitor.heardFrom("a");
    }
    assertThat(listener.timedOut).isEmpty();
    seconds(10);
    assertThat(listener.timedOut).containsExactly("a");
  }

  @Test
  void anUnmonitoredPeerIsNotReported() {
    monitor.monitor("a");
    monitor.monitor("b");
    seconds(5);
    monitor.unmonitor("a");
    monitor.heardFrom("a");
    seconds(100);
    assertThat(listener.timedOut).containsExactly("b");
  }

  @Test
  void stoppedItReportsNobody() {
    monitor.monitor("a");
    monitor.stop();
    seconds(100);
    assertThat(listener.timedOut).isEmpty();
  }

  @Test
  void everyPeerHasItsOwnDeadline() {
    monitor.monitor("a");
    seconds(3);
    monitor.monitor("b");
    seconds(7);
    assertThat(listener.timedOut).containsExactly("a");
    seconds(2.9);
    assertThat(listener.timedOut).containsExactly("a");
    seconds(0.2);
    assertThat(listener.timedOut).containsExactly("a", "b");
  }

  @Test
  void monitoringAgainInTheCallbackDoesNotDelayTheOthers() {
    listener.reaction =
        peer -> {
          if (peer.equals("a")) {
            monitor.monitor("a");
          }
        };
    monitor.monitor("a");
    seconds(1);
    monitor.monitor("b");
    seconds(10.1);
    assertThat(listener.timedOut).containsExactly("a", "b");
    seconds(9);
    assertThat(listener.timedOut).containsExactly("a", "b", "a");
  }

  @Test
  void stoppingInTheCallbackReportsNobodyElse() {
    listener.reaction = peer -> monitor.stop();
    monitor.monitor("a");
    monitor.monitor("b");
    seconds(100);
    assertThat(listener.timedOut).containsExactly("a");
  }

  @Test
  void whoAnswersOtherwiseMayBeSilentForAFifthLongerOnce() {
    listener.answers = peer -> CompletableFuture.completedFuture(true);
    monitor.monitor("a");
    seconds(11.9);
    assertThat(listener.asked).containsExactly("a");
    assertThat(listener.timedOut).isEmpty();
    seconds(0.2);
    assertThat(listener.asked).containsExactly("a");
    assertThat(listener.timedOut).containsExactly("a");
    assertThat(monitor.isMonitored("a")).isFalse();
  }

  @Test
  void whoIsHeardAgainInThatTimeMayBeSilentAnotherTime() {
    listener.answers = peer -> CompletableFuture.completedFuture(true);
    monitor.monitor("a");
    for (int i = 1; i <= 5; i++) {
      seconds(11);
      monitor.heardFrom("a");
      assertThat(listener.asked).hasSize(i);
    }
    assertThat(listener.timedOut).isEmpty();
    seconds(12.1);
    assertThat(listener.timedOut).containsExactly("a");
  }

  @Test
  void theAnswerIsWaitedForAndTheOthersKeepTheirDeadlines() {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    listener.answers = peer -> peer.equals("a") ? answer : CompletableFuture.completedFuture(false);
    monitor.monitor("a");
    seconds(1);
    monitor.monitor("b");
    seconds(10);
    assertThat(listener.timedOut).containsExactly("b");
    answer.complete(false);
    seconds(0);
    assertThat(listener.timedOut).containsExactly("b", "a");
  }

  @Test
  void anAnswerForWhomIsHeardOrWatchedAnewMeanwhileSaysNothing() {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    listener.answers = peer -> answer;
    monitor.monitor("heard");
    monitor.monitor("anew");
    monitor.monitor("left");
    seconds(10.5);
    assertThat(listener.asked).hasSize(3);
    monitor.heardFrom("heard");
    monitor.monitor("anew");
    monitor.unmonitor("left");
    answer.complete(false);
    seconds(9);
    assertThat(listener.timedOut).isEmpty();
    seconds(1.1);
    assertThat(listener.timedOut).containsExactlyInAnyOrder("heard", "anew");
  }

  @Test
  void aQuestionThatFailsIsNoAnswer() {
    listener.answers = peer -> CompletableFuture.failedFuture(new IllegalStateException("no"));
    monitor.monitor("a");
    seconds(10.1);
    assertThat(listener.timedOut).containsExactly("a");
  }

  @Test
  void aQuestionThatCannotBeAskedIsNoAnswerAndTheOthersAreWatchedOn() {
    listener.answers =
        peer -> {
          throw new IllegalStateException("no");
        };
    monitor.monitor("a");
    seconds(1);
    monitor.monitor("b");
    seconds(9.1);
    assertThat(listener.timedOut).containsExactly("a");
    seconds(1);
    assertThat(listener.timedOut).containsExactly("a", "b");
  }

  @Test
  void afterItsOwnProcessStoodStillWhatPeersSentIsReadFirst() {
    ManualClock clock = new ManualClock();
    OneTimer timers = new OneTimer(mainThread);
    HeartbeatMonitor<String> late = new HeartbeatMonitor<>(TIMEOUT, listener, timers, clock);
    late.monitor("speaks");
    late.monitor("silent");
    clock.advance(Duration.ofSeconds(25));
    timers.fire();
    assertThat(listener.timedOut).isEmpty();
    late.heardFrom("speaks");
    clock.advance(Duration.ofSeconds(1));
    timers.fire();
    seconds(0);
    assertThat(listener.timedOut).containsExactly("silent");
    assertThat(late.isMonitored("speaks")).isTrue();
  }

  /** A main thread whose timer fires when the test says so. */
  private static final class OneTimer extends ForwardingMainThread {

    private Runnable armed = () -> {};

    OneTimer(ManualMainThreadExecutor target) {
      super(target);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
      armed = command;
      return super.schedule(() -> {}, delay, unit);
    }

    void fire() {
      Runnable due = armed;
      armed = () -> {};
      due.run();
    }
  }
}
