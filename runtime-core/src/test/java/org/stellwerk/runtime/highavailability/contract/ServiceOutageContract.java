package org.stellwerk.runtime.highavailability.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;

/**
 * What leadership and stores do while the service behind them is away, slow, or out of one member's
 * reach, and when it is back. A member ends its connection for silence long before its session
 * ends, which is after three seconds, and asks at most twice: else the tests take long.
 */
public abstract class ServiceOutageContract extends HighAvailabilityContract {

  /** Longer than a session lives that nobody renews. */
  private static final Duration LONG = Duration.ofSeconds(5);

  /** Shorter than a connection lives on which nothing is heard. */
  private static final Duration SHORT = Duration.ofMillis(300);

  /** Takes the service away from everybody; it keeps what it holds. */
  protected abstract void stopService() throws Exception;

  /** The service is back. */
  protected abstract void startService() throws Exception;

  /** From now on nothing passes between the member and the service; neither is told. */
  protected abstract void cutOff(HighAvailabilityServices member) throws Exception;

  /** Undoes it: what was sent meanwhile arrives, as far as anybody still listens. */
  protected abstract void reconnect(HighAvailabilityServices member) throws Exception;

  private static JobGraph job(long number) {
    return JobStoreContract.graph(number, 10);
  }

  private static RecordingListener listen(HighAvailabilityServices member) {
    RecordingListener listener = new RecordingListener();
    member.newLeaderRetrieval().start(listener);
    return listener;
  }

  /** In whatever session the member has by now. */
  private static void put(
      HighAvailabilityServices member, RecordingContender contender, JobGraph job) {
    UUID session = contender.session();
    assertThat(session).isNotNull();
    result(member.jobStore().putJob(session, job));
  }

  private static void pass(Duration time) {
    await().pollDelay(time).atMost(PATIENCE).until(() -> true);
  }

  private static void assertUnavailable(CompletableFuture<?> request) {
    assertThat(request)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void aRestartOfTheServiceEndsNoSession() throws Exception {
    HighAvailabilityServices member = newMember();
    RecordingListener listener = listen(member);
    RecordingContender contender = contend(member);
    UUID session = contender.awaitGrants(1).get(0);
    result(member.leaderElection().confirmLeadership(information(session)));
    listener.awaitLast(Optional.of(information(session)));
    stopService();
    pass(LONG);
    assertThat(contender.revocations()).isZero();
    assertThat(member.leaderElection().hasLeadership(session)).isTrue();
    startService();
    eventually(() -> result(member.jobStore().putJob(session, job(1))));
    assertThat(JobStoreContract.graphs(member.jobStore())).containsExactly(job(1));
    assertThat(contender.grants()).hasSize(1);
    assertThat(listener.heard())
        .containsExactly(Optional.empty(), Optional.of(information(session)));
    contender.assertOrderly();
  }

  @Test
  void whileTheServiceIsAwayRequestsEndAsUnavailable() throws Exception {
    HighAvailabilityServices member = newMember();
    RecordingContender contender = contend(member);
    UUID session = contender.awaitGrants(1).get(0);
    stopService();
    CompletableFuture<Void> put = member.jobStore().putJob(session, job(1));
    CompletableFuture<?> read = member.jobStore().recoverJobs();
    assertUnavailable(put);
    assertUnavailable(read);
    assertUnavailable(member.jobResultStore().getDirtyResults());
    assertThat(member.leaderElection().hasLeadership(session)).isTrue();
    startService();
    eventually(() -> put(member, contender, job(2)));
    // What became of the first one is unknown; trying again is safe.
    put(member, contender, job(1));
    assertThat(JobStoreContract.graphs(member.jobStore()))
        .containsExactlyInAnyOrder(job(1), job(2));
  }

  @Test
  void aShortSilenceOnlyDelays() throws Exception {
    HighAvailabilityServices member = newMember();
    RecordingContender contender = contend(member);
    UUID session = contender.awaitGrants(1).get(0);
    cutOff(member);
    CompletableFuture<Void> put = member.jobStore().putJob(session, job(1));
    CompletableFuture<?> read = member.jobStore().recoverJobs();
    pass(SHORT);
    assertThat(put).isNotDone();
    assertThat(read).isNotDone();
    reconnect(member);
    result(put);
    result(read);
    assertThat(JobStoreContract.graphs(member.jobStore())).containsExactly(job(1));
    assertThat(contender.grants()).hasSize(1);
    assertThat(contender.revocations()).isZero();
  }

  @Test
  void whoIsCutOffBelievesToLeadUntilItHearsAgainAndChangesNothing() throws Exception {
    HighAvailabilityServices old = newMember();
    RecordingListener oldListener = listen(old);
    RecordingContender deposed = contend(old);
    UUID oldSession = deposed.awaitGrants(1).get(0);
    result(old.leaderElection().confirmLeadership(information(oldSession)));
    oldListener.awaitLast(Optional.of(information(oldSession)));
    HighAvailabilityServices next = newMember();
    RecordingContender successor = contend(next);
    cutOff(old);
    CompletableFuture<Void> late = old.jobStore().putJob(oldSession, job(1));
    UUID session = successor.awaitGrants(1).get(0);
    result(next.leaderElection().confirmLeadership(information(session)));
    assertThat(deposed.revocations()).isZero();
    assertThat(old.leaderElection().hasLeadership(oldSession)).isTrue();
    assertThat(oldListener.heard()).last().isEqualTo(Optional.of(information(oldSession)));
    result(next.jobStore().putJob(session, job(2)));
    reconnect(old);
    deposed.awaitRevocations(1);
    oldListener.awaitLast(Optional.of(information(session)));
    assertThat(late).failsWithin(PATIENCE);
    JobStoreContract.assertRefused(old.jobStore().putJob(oldSession, job(1)));
    assertThat(JobStoreContract.graphs(old.jobStore())).containsExactly(job(2));
    assertThat(deposed.grants()).hasSize(1);
    deposed.assertOrderly();
    successor.assertOrderly();
  }

  private static final JobResult OPEN = ended(3);

  private static JobResult ended(long number) {
    return new JobResult(job(number).jobId(), "job", JobStatus.FINISHED, 5, null);
  }

  /** Every kind of write to the stores, none of which may change anything. */
  private static List<CompletableFuture<Void>> allWrites(
      HighAvailabilityServices member, UUID session) {
    return List.of(
        member.jobStore().putJob(session, job(2)),
        member.jobStore().putJob(session, JobStoreContract.graph(1, 77)),
        member.jobStore().putProgress(session, JobStoreContract.progress(1, 9)),
        member.jobStore().removeJob(session, job(1).jobId()),
        member.jobStore().verifyLeader(session),
        member.jobResultStore().createDirtyResult(session, ended(2)),
        member.jobResultStore().markResultAsClean(session, OPEN.jobId()));
  }

  /** As a process that is frozen and woken: what it had begun goes on, and then it does more. */
  @Test
  void noWriteOfALeaderThatSleptThroughItsDepositionChangesAnything() throws Exception {
    HighAvailabilityServices old = newMember();
    RecordingContender deposed = contend(old);
    UUID oldSession = deposed.awaitGrants(1).get(0);
    result(old.jobStore().putJob(oldSession, job(1)));
    result(old.jobStore().putProgress(oldSession, JobStoreContract.progress(1, 3)));
    result(old.jobResultStore().createDirtyResult(oldSession, OPEN));
    result(old.leaderElection().confirmLeadership(information(oldSession)));
    HighAvailabilityServices next = newMember();
    RecordingContender successor = contend(next);
    RecordingListener listener = listen(next);
    cutOff(old);
    List<CompletableFuture<Void>> begun = allWrites(old, oldSession);
    UUID session = successor.awaitGrants(1).get(0);
    result(next.leaderElection().confirmLeadership(information(session)));
    listener.awaitLast(Optional.of(information(session)));
    CompletableFuture<Void> confirmed =
        old.leaderElection().confirmLeadership(information(oldSession));
    reconnect(old);
    deposed.awaitRevocations(1);
    assertThat(old.leaderElection().hasLeadership(oldSession)).isFalse();
    begun.forEach(write -> assertThat(write).failsWithin(PATIENCE));
    assertThat(confirmed.handle((ignored, failure) -> true)).succeedsWithin(PATIENCE);
    allWrites(old, oldSession).forEach(JobStoreContract::assertRefused);
    result(old.leaderElection().confirmLeadership(information(oldSession)));
    assertThat(result(next.jobStore().recoverJobs()))
        .containsExactly(new StoredJob(job(1), Optional.of(JobStoreContract.progress(1, 3))));
    assertThat(result(next.jobResultStore().getDirtyResults())).containsExactly(OPEN);
    assertThat(result(next.jobResultStore().getResult(ended(2).jobId()))).isEmpty();
    RecordingListener late = listen(next);
    late.awaitLast(Optional.of(information(session)));
    assertThat(late.heard()).hasSize(1);
    assertThat(listener.heard()).last().isEqualTo(Optional.of(information(session)));
    assertThat(next.leaderElection().hasLeadership(session)).isTrue();
    assertThat(successor.revocations()).isZero();
    deposed.assertOrderly();
    successor.assertOrderly();
  }

  @Test
  void aMemberThatWasCutOffLeadsAgainIfThereIsNobodyElse() throws Exception {
    HighAvailabilityServices member = newMember();
    RecordingContender contender = contend(member);
    UUID first = contender.awaitGrants(1).get(0);
    cutOff(member);
    pass(LONG);
    assertThat(contender.revocations()).isZero();
    reconnect(member);
    UUID second = contender.awaitGrants(2).get(1);
    assertThat(contender.revocations()).isEqualTo(1);
    JobStoreContract.assertRefused(member.jobStore().putJob(first, job(1)));
    result(member.jobStore().putJob(second, job(2)));
    assertThat(JobStoreContract.graphs(member.jobStore())).containsExactly(job(2));
    contender.assertOrderly();
  }

  @Test
  void closingDoesNotWaitForTheService() throws Exception {
    HighAvailabilityServices member = newMember();
    RecordingContender contender = contend(member);
    contender.awaitGrants(1);
    stopService();
    result(member.closeAsync());
    assertThat(contender.revocations()).isEqualTo(1);
    contender.assertOrderly();
  }
}
