package org.stellwerk.runtime.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

final class JarKeeperTest {

  private static final Duration RETENTION = Duration.ofSeconds(10);
  private static final BlobKey JAR = new BlobKey("a".repeat(64));

  private final SimScheduler sim = new SimScheduler(1);
  private static final UUID LEADER = new UUID(1, 1);

  private final TestingStores stores = new TestingStores(Runnable::run, LEADER);
  private final JarKeeper keeper =
      new JarKeeper(
          stores, () -> stores.verifyLeader(LEADER), RETENTION, new ManualMainThreadExecutor(sim));

  JarKeeperTest() {
    stores.blobs.add(JAR);
  }

  private CompletableFuture<Void> jobUsesAndEnds() {
    keeper.acquire(List.of(JAR));
    keeper.release(List.of(JAR));
    return keeper.deleteUnused(List.of(JAR));
  }

  @Test
  void aJarThatNoJobUsesIsDeletedAfterTheRetention() {
    CompletableFuture<Void> deleted = jobUsesAndEnds();
    sim.runFor(RETENTION.minusMillis(1));
    assertThat(stores.blobs).containsExactly(JAR);
    sim.runFor(Duration.ofMillis(1));
    assertThat(stores.blobs).isEmpty();
    assertThat(deleted).isCompleted();
  }

  @Test
  void aJarThatAJobUsesStays() {
    keeper.acquire(List.of(JAR));
    jobUsesAndEnds();
    sim.runFor(RETENTION.multipliedBy(2));
    assertThat(stores.blobs).containsExactly(JAR);
  }

  @Test
  void betweenShortJobsOneAfterTheOtherTheJarStays() {
    CompletableFuture<Void> first = jobUsesAndEnds();
    sim.runFor(RETENTION.dividedBy(2));
    CompletableFuture<Void> second = jobUsesAndEnds();
    sim.runFor(RETENTION.dividedBy(2));
    assertThat(first).isCompleted();
    assertThat(stores.blobs).containsExactly(JAR);
    sim.runFor(RETENTION.dividedBy(2));
    assertThat(second).isCompleted();
    assertThat(stores.blobs).isEmpty();
  }

  @Test
  void theJarsOfARefusedSubmissionAreDeletedAfterTheRetention() {
    keeper.deleteRefused(List.of(JAR));
    sim.runFor(RETENTION.minusMillis(1));
    assertThat(stores.blobs).containsExactly(JAR);
    sim.runFor(Duration.ofMillis(1));
    assertThat(stores.blobs).isEmpty();
  }

  @Test
  void whoTriesAgainAndIsAcceptedKeepsTheJarsOfARefusedSubmission() {
    keeper.deleteRefused(List.of(JAR));
    keeper.acquire(List.of(JAR));
    sim.runFor(RETENTION.multipliedBy(2));
    assertThat(stores.blobs).containsExactly(JAR);
  }

  @Test
  void eachRefusalBeginsTheRetentionAnew() {
    keeper.deleteRefused(List.of(JAR));
    sim.runFor(RETENTION.minusMillis(1));
    keeper.deleteRefused(List.of(JAR));
    sim.runFor(RETENTION.minusMillis(1));
    assertThat(stores.blobs).containsExactly(JAR);
    sim.runFor(Duration.ofMillis(1));
    assertThat(stores.blobs).isEmpty();
  }

  /** Only the clean-up of a job is gone on with by the next leader. */
  @Test
  void theJarsOfARefusedSubmissionAreLeftToTheCleanUpOfAJob() {
    CompletableFuture<Void> cleanedUp = jobUsesAndEnds();
    sim.runFor(RETENTION.dividedBy(2));
    assertThat(keeper.deleteRefused(List.of(JAR))).isCompleted();
    sim.runFor(RETENTION.dividedBy(2));
    assertThat(cleanedUp).isCompleted();
    assertThat(stores.blobs).isEmpty();
  }

  @Test
  void whoIsDeposedDeletesNothing() {
    CompletableFuture<Void> deleted = jobUsesAndEnds();
    stores.depose();
    sim.runFor(RETENTION);
    assertThat(deleted)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(NotLeaderException.class);
    assertThat(stores.blobs).containsExactly(JAR);
  }
}
