package org.stellwerk.runtime.highavailability.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;

/** What every leader election and leader retrieval must do. */
public abstract class LeaderElectionContract extends HighAvailabilityContract {

  @Test
  void theOnlyContenderLeads() {
    HighAvailabilityServices member = newMember();
    RecordingContender contender = contend(member);
    UUID session = contender.awaitGrants(1).get(0);
    assertThat(member.leaderElection().hasLeadership(session)).isTrue();
    assertThat(member.leaderElection().hasLeadership(new UUID(1, 2))).isFalse();
    contender.assertOrderly();
  }

  @Test
  void oneOfSeveralLeadsAndEachOtherInTurnWithAFreshSession() {
    List<HighAvailabilityServices> members = List.of(newMember(), newMember(), newMember());
    List<RecordingContender> contenders = new ArrayList<>();
    members.forEach(member -> contenders.add(contend(member)));
    List<UUID> sessions = new ArrayList<>();
    List<Integer> waiting = new ArrayList<>(List.of(0, 1, 2));
    while (!waiting.isEmpty()) {
      eventually(
          () ->
              assertThat(waiting.stream().filter(i -> contenders.get(i).session() != null))
                  .hasSize(1));
      int leader =
          waiting.stream().filter(i -> contenders.get(i).session() != null).findFirst().get();
      sessions.add(contenders.get(leader).session());
      result(members.get(leader).leaderElection().closeAsync());
      assertThat(contenders.get(leader).session()).isNull();
      waiting.remove(Integer.valueOf(leader));
    }
    assertThat(sessions).doesNotHaveDuplicates().hasSize(3);
    contenders.forEach(contender -> assertThat(contender.grants()).hasSize(1));
    contenders.forEach(RecordingContender::assertOrderly);
  }

  @Test
  void whatTheLeaderConfirmsIsToldToEarlyAndLateListeners() {
    HighAvailabilityServices member = newMember();
    HighAvailabilityServices observer = newMember();
    RecordingListener early = listen(observer);
    early.awaitLast(Optional.empty());
    UUID session = lead(member);
    assertThat(early.heard()).containsExactly(Optional.empty());
    result(member.leaderElection().confirmLeadership(information(session)));
    early.awaitLast(Optional.of(information(session)));
    RecordingListener late = listen(observer);
    late.awaitLast(Optional.of(information(session)));
    assertThat(late.heard()).hasSize(1);
    assertThat(early.heard()).hasSize(2);
    assertThat(early.errors()).isEmpty();
  }

  @Test
  void confirmingTwiceIsToldOnceAndChangesAreTold() {
    HighAvailabilityServices member = newMember();
    RecordingListener listener = listen(member);
    UUID session = lead(member);
    LeaderInformation moved = new LeaderInformation(session, "akka://moved/", "http://moved:1");
    result(member.leaderElection().confirmLeadership(information(session)));
    listener.awaitLast(Optional.of(information(session)));
    result(member.leaderElection().confirmLeadership(information(session)));
    result(member.leaderElection().confirmLeadership(moved));
    listener.awaitLast(Optional.of(moved));
    assertThat(listener.heard().stream().filter(Optional.of(information(session))::equals))
        .hasSize(1);
  }

  @Test
  void closingTheLeaderRemovesWhatItPublished() {
    HighAvailabilityServices member = newMember();
    RecordingListener listener = listen(newMember());
    RecordingContender contender = contend(member);
    UUID session = contender.awaitGrants(1).get(0);
    result(member.leaderElection().confirmLeadership(information(session)));
    listener.awaitLast(Optional.of(information(session)));
    result(member.leaderElection().closeAsync());
    listener.awaitLast(Optional.empty());
    assertThat(contender.revocations()).isEqualTo(1);
    assertThat(member.leaderElection().hasLeadership(session)).isFalse();
    contender.assertOrderly();
  }

  @Test
  void closingAStandbyChangesNothingForTheLeader() {
    HighAvailabilityServices member = newMember();
    HighAvailabilityServices standby = newMember();
    RecordingListener listener = listen(newMember());
    RecordingContender leader = contend(member);
    UUID session = leader.awaitGrants(1).get(0);
    result(member.leaderElection().confirmLeadership(information(session)));
    RecordingContender other = contend(standby);
    result(standby.closeAsync());
    listener.awaitLast(Optional.of(information(session)));
    assertThat(other.grants()).isEmpty();
    assertThat(other.revocations()).isZero();
    assertThat(member.leaderElection().hasLeadership(session)).isTrue();
  }

  @Test
  void aConfirmationForAnotherSessionChangesNothing() {
    HighAvailabilityServices member = newMember();
    HighAvailabilityServices standby = newMember();
    RecordingListener listener = listen(newMember());
    UUID session = lead(member);
    result(member.leaderElection().confirmLeadership(information(session)));
    listener.awaitLast(Optional.of(information(session)));
    contend(standby);
    result(member.leaderElection().confirmLeadership(information(new UUID(1, 1))));
    result(standby.leaderElection().confirmLeadership(information(new UUID(1, 1))));
    result(standby.leaderElection().confirmLeadership(information(session)));
    RecordingListener late = listen(newMember());
    late.awaitLast(Optional.of(information(session)));
    assertThat(listener.heard()).doesNotContain(Optional.of(information(new UUID(1, 1))));
  }

  @Test
  void aLostSessionIsRevokedAndTheNextGrantIsFresh() throws Exception {
    HighAvailabilityServices member = newMember();
    RecordingListener listener = listen(newMember());
    RecordingContender contender = contend(member);
    UUID first = contender.awaitGrants(1).get(0);
    result(member.leaderElection().confirmLeadership(information(first)));
    listener.awaitLast(Optional.of(information(first)));
    expireSession(member);
    contender.awaitRevocations(1);
    UUID second = contender.awaitGrants(2).get(1);
    assertThat(second).isNotEqualTo(first);
    assertThat(member.leaderElection().hasLeadership(first)).isFalse();
    result(member.leaderElection().confirmLeadership(information(first)));
    listener.awaitLast(Optional.empty());
    result(member.leaderElection().confirmLeadership(information(second)));
    listener.awaitLast(Optional.of(information(second)));
    contender.assertOrderly();
  }

  @Test
  void anElectionBeginsOnceAndNotAfterItsEnd() {
    LeaderElection started = newMember().leaderElection();
    started.startLeaderElection(new RecordingContender());
    assertThatThrownBy(() -> started.startLeaderElection(new RecordingContender()))
        .isInstanceOf(IllegalStateException.class);
    LeaderElection closed = newMember().leaderElection();
    result(closed.closeAsync());
    result(closed.closeAsync());
    assertThatThrownBy(() -> closed.startLeaderElection(new RecordingContender()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aRetrievalBeginsOnceAndIsSilentAfterItsEnd() {
    HighAvailabilityServices member = newMember();
    LeaderRetrievalService retrieval = member.newLeaderRetrieval();
    RecordingListener listener = new RecordingListener();
    retrieval.start(listener);
    assertThatThrownBy(() -> retrieval.start(listener)).isInstanceOf(IllegalStateException.class);
    listener.awaitLast(Optional.empty());
    result(retrieval.closeAsync());
    UUID session = lead(member);
    result(member.leaderElection().confirmLeadership(information(session)));
    listen(member).awaitLast(Optional.of(information(session)));
    assertThat(listener.heard()).containsExactly(Optional.empty());
  }

  private static RecordingListener listen(HighAvailabilityServices member) {
    RecordingListener listener = new RecordingListener();
    member.newLeaderRetrieval().start(listener);
    return listener;
  }
}
