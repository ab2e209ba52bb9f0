package org.stellwerk.runtime.highavailability.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;

/** What every store of job results must do. */
public abstract class JobResultStoreContract extends HighAvailabilityContract {

  private static JobResult resultOf(long number, JobStatus status) {
    return new JobResult(
        new JobID(new UUID(0, number)),
        "job " + number,
        status,
        1234,
        status == JobStatus.FAILED
            ? SerializedThrowable.of(new IllegalStateException("why", new Exception("root")))
            : null);
  }

  @Test
  void aDirtyResultBecomesCleanAndStays() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobResultStore store = member.jobResultStore();
    JobResult failed = resultOf(1, JobStatus.FAILED);
    assertThat(result(store.getResult(failed.jobId()))).isEmpty();
    assertThat(result(store.getDirtyResults())).isEmpty();
    result(store.createDirtyResult(session, failed));
    result(store.createDirtyResult(session, resultOf(2, JobStatus.FINISHED)));
    assertThat(result(store.getDirtyResults())).hasSize(2).contains(failed);
    result(store.markResultAsClean(session, failed.jobId()));
    result(store.markResultAsClean(session, failed.jobId()));
    assertThat(result(store.getDirtyResults())).containsExactly(resultOf(2, JobStatus.FINISHED));
    assertThat(result(store.getResult(failed.jobId()))).isEqualTo(Optional.of(failed));
  }

  @Test
  void theFirstResultOfAJobStands() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobResultStore store = member.jobResultStore();
    JobResult first = resultOf(1, JobStatus.FINISHED);
    result(store.createDirtyResult(session, first));
    result(store.createDirtyResult(session, resultOf(1, JobStatus.CANCELED)));
    assertThat(result(store.getDirtyResults())).containsExactly(first);
    result(store.markResultAsClean(session, first.jobId()));
    result(store.createDirtyResult(session, resultOf(1, JobStatus.CANCELED)));
    assertThat(result(store.getDirtyResults())).isEmpty();
    assertThat(result(store.getResult(first.jobId()))).isEqualTo(Optional.of(first));
  }

  @Test
  void whatHasNoResultCannotBecomeClean() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobID unknown = new JobID(new UUID(0, 42));
    assertThat(member.jobResultStore().markResultAsClean(session, unknown))
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withMessageContaining(unknown.toString());
    assertThat(result(member.jobResultStore().getResult(unknown))).isEmpty();
  }

  @Test
  void onlyTheLeaderWrites() {
    HighAvailabilityServices old = newMember();
    UUID oldSession = lead(old);
    JobResult first = resultOf(1, JobStatus.FINISHED);
    result(old.jobResultStore().createDirtyResult(oldSession, first));
    HighAvailabilityServices next = newMember();
    RecordingContender contender = contend(next);
    JobStoreContract.assertRefused(
        next.jobResultStore().createDirtyResult(new UUID(1, 9), resultOf(2, JobStatus.FINISHED)));
    result(old.leaderElection().closeAsync());
    UUID session = contender.awaitGrants(1).get(0);
    JobStoreContract.assertRefused(
        old.jobResultStore().createDirtyResult(oldSession, resultOf(2, JobStatus.FINISHED)));
    JobStoreContract.assertRefused(
        old.jobResultStore().createDirtyResult(oldSession, resultOf(1, JobStatus.FINISHED)));
    JobStoreContract.assertRefused(
        old.jobResultStore().markResultAsClean(oldSession, first.jobId()));
    assertThat(result(next.jobResultStore().getDirtyResults())).containsExactly(first);
    result(next.jobResultStore().markResultAsClean(session, first.jobId()));
    assertThat(result(next.jobResultStore().getDirtyResults())).isEmpty();
  }

  @Test
  void aLostSessionWritesNothingMore() throws Exception {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobResult first = resultOf(1, JobStatus.FINISHED);
    result(member.jobResultStore().createDirtyResult(session, first));
    expireSession(member);
    JobStoreContract.assertRefused(
        member.jobResultStore().markResultAsClean(session, first.jobId()));
    assertThat(result(member.jobResultStore().getDirtyResults())).containsExactly(first);
  }

  @Test
  void cleaningUpRemovesEverything() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobResult first = resultOf(1, JobStatus.FINISHED);
    result(member.jobResultStore().createDirtyResult(session, first));
    HighAvailabilityServices other = newMember();
    result(member.closeAndCleanupAllData());
    assertThat(result(other.jobResultStore().getDirtyResults())).isEmpty();
    assertThat(result(other.jobResultStore().getResult(first.jobId()))).isEmpty();
  }
}
