package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.ActorPath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.simulation.SimExecutor;
import org.stellwerk.rpc.simulation.SimLatency;
import org.stellwerk.rpc.simulation.SimScheduler;

/** When connections are made anew, and when not; in virtual time. */
class WayCheckTest {

  private static final long ITSELF = 7;

  private final SimScheduler sim = new SimScheduler(1);
  private final ScheduledExecutor timers =
      new SimExecutor(sim, "timers", SimLatency.fixed(Duration.ZERO));
  private final Peer peer = new Peer("akka://stellwerk@peer:1", ITSELF);
  private final List<CompletableFuture<Long>> questions = new ArrayList<>();
  private final List<CompletableFuture<Boolean>> knocks = new ArrayList<>();
  private final List<CompletableFuture<Long>> renewals = new ArrayList<>();
  private CompletableFuture<Void> echo = CompletableFuture.completedFuture(null);
  private boolean speechless;
  private int replaced;
  private final WayCheck check = new WayCheck(peer, new World(), sim.clock()::relativeTimeNanos);

  private final class World implements WayCheck.Surroundings {
    @Override
    public CompletableFuture<Long> incarnationAt(Peer asked, Duration timeout) {
      if (speechless) {
        throw new IllegalStateException("cannot ask");
      }
      return added(questions);
    }

    @Override
    public CompletableFuture<Boolean> knock(Peer asked, Duration timeout) {
      return added(knocks);
    }

    @Override
    public CompletableFuture<Void> echo() {
      return echo;
    }

    @Override
    public CompletableFuture<Long> renew(Peer asked, Duration timeout) {
      return added(renewals);
    }

    @Override
    public void replaced(Peer who) {
      replaced++;
    }

    @Override
    public ScheduledExecutor timers() {
      return timers;
    }
  }

  private static <T> CompletableFuture<T> added(List<CompletableFuture<T>> to) {
    CompletableFuture<T> question = new CompletableFuture<>();
    to.add(question);
    return question;
  }

  private void runFor(long ms) {
    sim.runFor(Duration.ofMillis(ms));
  }

  /** A check that had no answer to its question, but one to its knock. */
  private CompletableFuture<Boolean> knockedAt() {
    CompletableFuture<Boolean> result = check.run();
    runFor(300);
    knocks.get(0).complete(true);
    return result;
  }

  @Test
  void whoAnswersIsNotKnockedAt() {
    CompletableFuture<Boolean> result = check.run();
    runFor(200);
    questions.get(0).complete(ITSELF);
    assertThat(result).isCompletedWithValue(true);
    runFor(10_000);
    assertThat(knocks).isEmpty();
  }

  @Test
  void whoAnswersNoKnockKeepsItsConnections() {
    CompletableFuture<Boolean> result = check.run();
    runFor(300);
    assertThat(knocks).hasSize(1);
    runFor(1000);
    knocks.get(0).complete(false);
    assertThat(result).isCompletedWithValue(false);
    runFor(10_000);
    assertThat(renewals).isEmpty();
  }

  @Test
  void whoAnswersAKnockAndThenTheQuestionKeepsItsConnections() {
    CompletableFuture<Boolean> result = knockedAt();
    runFor(650);
    questions.get(0).complete(ITSELF);
    assertThat(result).isCompletedWithValue(true);
    runFor(10_000);
    assertThat(renewals).isEmpty();
  }

  @Test
  void whoAnswersAKnockOnlyGetsNewConnections() {
    CompletableFuture<Boolean> result = knockedAt();
    runFor(699);
    assertThat(renewals).isEmpty();
    runFor(1);
    assertThat(renewals).hasSize(1);
    assertThat(result).isNotDone();
    renewals.get(0).complete(ITSELF);
    assertThat(result).isCompletedWithValue(true);
    assertThat(replaced).isZero();
  }

  /** Then the answer may lie here, unread, and a renewal would lose what else has arrived. */
  @Test
  void whoStandsStillItselfRenewsNothing() {
    echo = new CompletableFuture<>();
    CompletableFuture<Boolean> result = knockedAt();
    runFor(1500);
    echo.complete(null);
    runFor(299);
    assertThat(renewals).isEmpty();
    questions.get(0).complete(ITSELF);
    assertThat(result).isCompletedWithValue(true);
    runFor(10_000);
    assertThat(renewals).isEmpty();
  }

  @Test
  void whoReadsAgainAndFindsNoAnswerRenews() {
    echo = new CompletableFuture<>();
    CompletableFuture<Boolean> result = knockedAt();
    runFor(1500);
    echo.complete(null);
    runFor(299);
    assertThat(renewals).isEmpty();
    runFor(1);
    assertThat(renewals).hasSize(1);
    renewals.get(0).complete(ITSELF);
    assertThat(result).isCompletedWithValue(true);
  }

  @Test
  void whoNeverReadsAgainRenewsNothing() {
    echo = new CompletableFuture<>();
    CompletableFuture<Boolean> result = knockedAt();
    runFor(WayCheck.ALTOGETHER.toMillis());
    assertThat(result).isCompletedWithValue(false);
    echo.complete(null);
    runFor(10_000);
    assertThat(renewals).isEmpty();
  }

  @Test
  void whatCannotBeAskedIsNoAnswerAndNotTheLastQuestion() {
    speechless = true;
    assertThat(check.run()).isCompletedWithValue(false);
    speechless = false;
    CompletableFuture<Boolean> result = check.run();
    questions.get(0).complete(ITSELF);
    assertThat(result).isCompletedWithValue(true);
  }

  /** It may have begun, and have failed, in a partition that is over. */
  @Test
  void aCheckThatBeganEarlierDoesNotDecideThatNobodyAnswers() {
    CompletableFuture<Boolean> earlier = check.run();
    runFor(300);
    CompletableFuture<Boolean> verdict = check.verdict();
    runFor(700);
    knocks.get(0).complete(false);
    assertThat(earlier).isCompletedWithValue(false);
    assertThat(verdict).isNotDone();
    assertThat(questions).hasSize(2);
    questions.get(1).complete(ITSELF);
    assertThat(verdict).isCompletedWithValue(true);
  }

  @Test
  void theCheckAfterItDecides() {
    check.run();
    CompletableFuture<Boolean> verdict = check.verdict();
    runFor(300);
    knocks.get(0).complete(false);
    assertThat(verdict).isNotDone();
    runFor(300);
    knocks.get(1).complete(false);
    assertThat(verdict).isCompletedWithValue(false);
    assertThat(questions).hasSize(2);
  }

  @Test
  void thatItAnswersIsTrueOfEachCheck() {
    check.run();
    CompletableFuture<Boolean> verdict = check.verdict();
    questions.get(0).complete(ITSELF);
    assertThat(verdict).isCompletedWithValue(true);
    assertThat(questions).hasSize(1);
  }

  @Test
  void nobodyKnocksForACheckThatIsOver() {
    check.run();
    runFor(300);
    questions.get(0).complete(ITSELF);
    assertThat(knocks.get(0)).isCancelled();
  }

  @Test
  void anotherProcessAtTheAddressIsTheEndOfThisOne() {
    CompletableFuture<Boolean> result = check.run();
    questions.get(0).complete(ITSELF + 1);
    assertThat(result).isCompletedWithValue(false);
    assertThat(replaced).isEqualTo(1);
  }

  @Test
  void whatNobodyAnswersEndsInTime() {
    assertThat(WayCheck.ALTOGETHER.multipliedBy(2)).isLessThan(RpcService.ANSWER_LIMIT);
    CompletableFuture<Boolean> result = check.run();
    runFor(WayCheck.ALTOGETHER.toMillis() - 1);
    assertThat(result).isNotDone();
    runFor(1);
    assertThat(result).isCompletedWithValue(false);
  }

  @Test
  void oneCheckAtATime() {
    CompletableFuture<Boolean> result = check.run();
    assertThat(check.run()).isSameAs(result);
    check.runIfDue();
    assertThat(questions).hasSize(1);
  }

  @Test
  void whoHasAnsweredIsNotAskedSoonAgainOnlyBecauseCallsWait() {
    check.runIfDue();
    questions.get(0).complete(ITSELF);
    runFor(1999);
    check.runIfDue();
    assertThat(questions).hasSize(1);
    runFor(1);
    check.runIfDue();
    assertThat(questions).hasSize(2);
    questions.get(1).complete(ITSELF);
    assertThat(check.run()).isNotDone();
    assertThat(questions).as("asked for").hasSize(3);
  }

  /** Each renewal loses what is on its way. */
  @Test
  void renewalsThatDoNotHelpBecomeRare() {
    List<Long> at = new ArrayList<>();
    while (sim.clock().relativeTimeMillis() < 600_000) {
      CompletableFuture<Boolean> result = check.run();
      runFor(300);
      knocks.get(knocks.size() - 1).complete(true);
      int before = renewals.size();
      runFor(4000);
      assertThat(result).isCompletedWithValue(false);
      if (renewals.size() > before) {
        at.add(sim.clock().relativeTimeMillis());
      }
    }
    assertThat(at).hasSizeBetween(10, 16);
    assertThat(at.get(at.size() - 1) - at.get(at.size() - 2)).isGreaterThanOrEqualTo(60_000);
    runFor(60_000);
    check.run();
    runFor(300);
    knocks.get(knocks.size() - 1).complete(true);
    runFor(700);
    renewals.get(renewals.size() - 1).complete(ITSELF);
    runFor(3000);
    int before = renewals.size();
    check.run();
    runFor(300);
    knocks.get(knocks.size() - 1).complete(true);
    runFor(700);
    assertThat(renewals).as("one that has helped is not counted").hasSize(before + 1);
  }

  private void renewInVain(CompletableFuture<Boolean> result) {
    int before = renewals.size();
    runFor(300);
    knocks.get(knocks.size() - 1).complete(true);
    runFor(700);
    assertThat(renewals).hasSize(before + 1);
    runFor(2500);
    assertThat(result).isCompletedWithValue(false);
  }

  @Test
  void whoHasAnsweredSinceGetsNewConnectionsAtOnce() {
    for (int i = 0; i < 5; i++) {
      renewInVain(check.run());
      runFor(60_000);
    }
    check.run();
    questions.get(questions.size() - 1).complete(ITSELF);
    renewInVain(check.run());
  }

  @Test
  void whoIsGivenUpOtherwiseGetsNewConnectionsOnceMore() {
    for (int i = 0; i < 5; i++) {
      renewInVain(check.run());
      runFor(60_000);
    }
    renewInVain(check.run());
    renewInVain(check.verdict());
  }

  @Test
  void whatIsAskedOnceIsDoneOnceHoweverLateItIsRepeated() {
    List<String> aborted = new ArrayList<>();
    Renewals both = new Renewals(aborted::add, sim.clock()::relativeTimeNanos);
    ActorPath asker = ActorPath.fromString("akka://stellwerk@peer:1/user/a#5");
    both.renewFor(asker, 7);
    runFor(30_000);
    both.renewFor(asker, 7);
    both.renewFor(asker, 6);
    assertThat(aborted).containsExactly("akka://stellwerk@peer:1");
    both.renewFor(asker, 8);
    assertThat(aborted).hasSize(2);
    runFor(30_000);
    both.renewFor(ActorPath.fromString("akka://stellwerk@peer:1/user/a#6"), 8);
    assertThat(aborted).as("the next process there counts anew").hasSize(3);
  }

  @Test
  void connectionsThatAreNewAreLeftAlone() {
    List<String> aborted = new ArrayList<>();
    Renewals both = new Renewals(aborted::add, sim.clock()::relativeTimeNanos);
    both.renew("a");
    both.renew("b");
    runFor(1999);
    both.renew("a");
    assertThat(aborted).containsExactly("a", "b");
    runFor(1);
    both.renew("a");
    assertThat(aborted).containsExactly("a", "b", "a");
  }
}
