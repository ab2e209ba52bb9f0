package org.stellwerk.runtime.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimScheduler;

class HeartbeatSenderTest {

  private final SimScheduler scheduler = new SimScheduler(1);
  private final ManualMainThreadExecutor mainThread = new ManualMainThreadExecutor(scheduler);
  private final RecordingListener listener = new RecordingListener();

  private HeartbeatSender<String> sender(int threshold) {
    return new HeartbeatSender<>(
        new HeartbeatConfig(Duration.ofSeconds(1), Duration.ofSeconds(10), threshold),
        listener,
        mainThread,
        scheduler.clock());
  }

  private void seconds(double seconds) {
    scheduler.runFor(Duration.ofMillis((long) (seconds * 1000)));
  }

  @Test
  void beatsAtTheIntervalAndNotAtOnce() {
    TestingTarget target = new TestingTarget();
    sender(2).monitor("a", target);
    seconds(0.9);
    assertThat(target.beats).isZero();
    seconds(0.2);
    assertThat(target.beats).isEqualTo(1);
    seconds(5);
    assertThat(target.beats).isEqualTo(6);
    seconds(100);
    assertThat(listener.timedOut).isEmpty();
  }

  /** What a peer concludes from two beats in a row was true for some time. */
  @Test
  void newsTravelBeforeTheirTurnButAtADistance() {
    TestingTarget target = new TestingTarget();
    HeartbeatSender<String> sender = sender(2);
    sender.monitor("a", target);
    sender.beatSoon("a");
    seconds(0.1);
    sender.beatSoon("a");
    assertThat(target.beats).isEqualTo(1);
    seconds(0.5);
    assertThat(target.beats).isEqualTo(2);
    seconds(0.3);
    assertThat(target.beats).isEqualTo(2);
    seconds(0.5);
    sender.unmonitor("a");
    sender.beatSoon("a");
    seconds(5);
    assertThat(target.beats).isLessThanOrEqualTo(3);
  }

  @Test
  void aPeerThatDoesNotAnswerTimesOut() {
    TestingTarget target = new TestingTarget();
    HeartbeatSender<String> sender = sender(-1);
    sender.monitor("a", target);
    seconds(20);
    target.answer = new CompletableFuture<>();
    seconds(9);
    assertThat(listener.timedOut).isEmpty();
    seconds(2);
    assertThat(listener.timedOut).containsExactly("a");
    int beats = target.beats;
    seconds(10);
    assertThat(target.beats).isEqualTo(beats);
  }

  @Test
  void undeliverableBeatsInARowEndItBeforeTheTimeout() {
    TestingTarget target = new TestingTarget();
    target.answer = CompletableFuture.failedFuture(new RecipientUnreachableException("gone"));
    sender(3).monitor("a", target);
    seconds(2.5);
    assertThat(listener.unreachable).isEmpty();
    seconds(1);
    assertThat(listener.unreachable).containsExactly("a");
    seconds(20);
    assertThat(listener.unreachable).containsExactly("a");
    assertThat(listener.timedOut).isEmpty();
  }

  @Test
  void anAnswerBetweenUndeliverableBeatsCountsAgainFromTheBeginning() {
    TestingTarget target = new TestingTarget();
    sender(2).monitor("a", target);
    seconds(0.5);
    for (int i = 0; i < 20; i++) {
      target.answer =
          i % 2 == 0
              ? CompletableFuture.failedFuture(new RecipientUnreachableException("gone"))
              : CompletableFuture.completedFuture("here");
      seconds(1);
    }
    assertThat(listener.unreachable).isEmpty();
    assertThat(listener.timedOut).isEmpty();
  }

  @Test
  void withoutAThresholdUndeliverableBeatsEndInTheTimeout() {
    TestingTarget target = new TestingTarget();
    target.answer = CompletableFuture.failedFuture(new RecipientUnreachableException("gone"));
    sender(-1).monitor("a", target);
    seconds(11);
    assertThat(listener.unreachable).isEmpty();
    assertThat(listener.timedOut).containsExactly("a");
  }

  @Test
  void rejectionsAndUnansweredBeatsAreNoSignOfLife() {
    TestingTarget rejecting = new TestingTarget();
    rejecting.answer = CompletableFuture.failedFuture(new IllegalStateException("who are you?"));
    TestingTarget slow = new TestingTarget();
    slow.answer = CompletableFuture.failedFuture(new TimeoutException("slow"));
    HeartbeatSender<String> sender = sender(2);
    sender.monitor("rejecting", rejecting);
    sender.monitor("slow", slow);
    seconds(11);
    assertThat(listener.timedOut).containsExactly("rejecting", "slow");
    assertThat(listener.unreachable).isEmpty();
  }

  @Test
  void anAnswerToAFormerTargetOfThePeerDoesNotCount() {
    TestingTarget former = new TestingTarget();
    former.answer = new CompletableFuture<>();
    TestingTarget latter = new TestingTarget();
    latter.answer = new CompletableFuture<>();
    HeartbeatSender<String> sender = sender(2);
    sender.monitor("a", former);
    seconds(1.5);
    sender.monitor("a", latter);
    seconds(5);
    former.answer.complete("late");
    seconds(5.1);
    assertThat(former.beats).isEqualTo(1);
    assertThat(listener.timedOut).containsExactly("a");
  }

  @Test
  void anUnmonitoredPeerIsNeitherBeatenNorReported() {
    TestingTarget target = new TestingTarget();
    target.answer = new CompletableFuture<>();
    HeartbeatSender<String> sender = sender(2);
    sender.monitor("a", target);
    seconds(2.5);
    sender.unmonitor("a");
    int beats = target.beats;
    seconds(50);
    assertThat(target.beats).isEqualTo(beats);
    assertThat(listener.timedOut).isEmpty();
    sender.monitor("a", target);
    sender.stop();
    seconds(50);
    assertThat(target.beats).isEqualTo(beats);
  }

  private static final class TestingTarget implements HeartbeatSender.Target {

    private int beats;
    private CompletableFuture<String> answer = CompletableFuture.completedFuture("here");

    @Override
    public CompletableFuture<?> beat() {
      beats++;
      return answer;
    }
  }
}
