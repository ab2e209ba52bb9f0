package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.simulation.SimExecutor;
import org.stellwerk.rpc.simulation.SimLatency;
import org.stellwerk.rpc.simulation.SimScheduler;

/** What the end of an idle connection means, and how soon it is known; in virtual time. */
class PeerLifelineTest {

  private static final InetSocketAddress ADDRESS = InetSocketAddress.createUnresolved("peer", 1);

  private final SimScheduler sim = new SimScheduler(1);
  private final ScheduledExecutor timers =
      new SimExecutor(sim, "timers", SimLatency.fixed(Duration.ZERO));
  private final Peer peer = new Peer("akka://stellwerk@peer:1", 7);
  private final List<String> gone = new ArrayList<>();
  private final List<CompletableFuture<Long>> questions = new ArrayList<>();
  private int attempts;
  private int closed;
  private final PeerLifeline lifeline = new PeerLifeline(peer, ADDRESS, new World());

  private final class World implements PeerLifeline.Surroundings {
    @Override
    public Runnable open(InetSocketAddress address, Lifelines.Holder holder) {
      attempts++;
      return () -> closed++;
    }

    @Override
    public CompletableFuture<Long> incarnationAt(Peer asked) {
      CompletableFuture<Long> question = new CompletableFuture<>();
      questions.add(question);
      return question;
    }

    @Override
    public void gone(Peer who, String reason) {
      gone.add(reason);
    }

    @Override
    public ScheduledExecutor timers() {
      return timers;
    }
  }

  @BeforeEach
  void connect() {
    peer.reached();
    peer.watchedBy(lifeline);
    lifeline.connect();
  }

  @Test
  void whoHasOnlyConnectedIsReachedByItsAnswer() {
    Peer inbound = new Peer("akka://stellwerk@inbound:1", 8);
    PeerLifeline its = new PeerLifeline(inbound, ADDRESS, new World());
    its.connect();
    its.established();
    assertThat(questions).hasSize(1);
    assertThat(inbound.isReached()).isFalse();
    questions.get(0).complete(8L);
    assertThat(inbound.isReached()).isTrue();
    its.lost("it was closed");
    its.established();
    assertThat(questions).hasSize(2);
    assertThat(gone).isEmpty();
  }

  @Test
  void whoHasOnlyConnectedAndDoesNotAnswerIsNotAskedAgain() {
    Peer inbound = new Peer("akka://stellwerk@inbound:1", 8);
    PeerLifeline its = new PeerLifeline(inbound, ADDRESS, new World());
    its.connect();
    its.established();
    questions.get(0).completeExceptionally(new RpcConnectionException("no answer"));
    sim.runFor(Duration.ofSeconds(10));
    assertThat(questions).hasSize(1);
    assertThat(inbound.isReached()).isFalse();
    assertThat(gone).isEmpty();
  }

  private void loseAfterBeingEstablished() {
    lifeline.established();
    assertThat(questions).isEmpty();
    lifeline.lost("it was closed");
  }

  @Test
  void refusedPeerIsGoneThirtyMillisecondsLater() {
    loseAfterBeingEstablished();
    assertThat(attempts).as("made again at once").isEqualTo(2);
    lifeline.refused();
    sim.runFor(Duration.ofMillis(29));
    assertThat(gone).isEmpty();
    sim.runFor(Duration.ofMillis(1));
    assertThat(gone).singleElement().asString().contains("refuses");
    lifeline.refused();
    lifeline.lost("late");
    sim.runFor(Duration.ofHours(1));
    assertThat(gone).hasSize(1);
    assertThat(attempts).isEqualTo(2);
  }

  @Test
  void anotherProcessAtTheAddressMeansTheSame() {
    loseAfterBeingEstablished();
    lifeline.established();
    questions.get(0).complete(8L);
    assertThat(gone).singleElement().asString().contains("another process");
  }

  @Test
  void theSameProcessHasOnlyLostItsConnection() {
    for (int i = 0; i < 3; i++) {
      lifeline.lost("it was closed");
      sim.runFor(Duration.ofSeconds(5));
      lifeline.established();
      questions.get(i).complete(peer.incarnation());
    }
    sim.runFor(Duration.ofHours(1));
    assertThat(gone).isEmpty();
    assertThat(attempts).isEqualTo(4);
    assertThat(questions).hasSize(3);
  }

  @Test
  void whoDoesNotAnswerIsAskedSixTimesAndNotGone() {
    loseAfterBeingEstablished();
    lifeline.established();
    for (int i = 0; i < 6; i++) {
      assertThat(questions).hasSize(i + 1);
      questions.get(i).completeExceptionally(new RpcConnectionException("no answer"));
      sim.runFor(Duration.ofSeconds(1));
    }
    assertThat(questions).hasSize(6);
    assertThat(gone).isEmpty();
    lifeline.lost("again");
    lifeline.established();
    assertThat(questions).as("asked anew").hasSize(7);
  }

  @Test
  void whatCannotBeReachedIsTriedAgainWithPausesOfFiveSecondsAtMost() {
    for (int i = 0; i < 30; i++) {
      lifeline.lost("no route to host");
      int before = attempts;
      sim.runFor(Duration.ofSeconds(5));
      assertThat(attempts).isGreaterThanOrEqualTo(before);
    }
    assertThat(attempts).isEqualTo(31);
    assertThat(gone).isEmpty();
  }

  @Test
  void closedWithItsPeer() {
    loseAfterBeingEstablished();
    peer.markGone("goodbye");
    assertThat(closed).isEqualTo(1);
    lifeline.lost("it was closed");
    lifeline.refused();
    sim.runFor(Duration.ofHours(1));
    assertThat(attempts).isEqualTo(2);
    assertThat(gone).isEmpty();
  }
}
