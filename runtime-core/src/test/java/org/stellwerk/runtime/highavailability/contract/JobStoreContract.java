package org.stellwerk.runtime.highavailability.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/** What every store of accepted jobs must do. */
public abstract class JobStoreContract extends HighAvailabilityContract {

  /** A graph with one vertex that carries so many bytes. */
  public static JobGraph graph(long number, int payloadBytes) {
    JobVertex vertex =
        new JobVertex(
            new JobVertexID(new UUID(1, number)),
            "vertex",
            2,
            "org.example.Task",
            Map.of("key", "value"),
            new byte[payloadBytes]);
    return new JobGraph(
        new JobID(new UUID(0, number)),
        "job " + number,
        List.of(vertex),
        List.of(),
        Map.of("number", String.valueOf(number)),
        List.of(new BlobKey("0".repeat(64))));
  }

  /** Progress of that graph's job in which nothing is as it is at the start. */
  public static JobProgress progress(long number, long restarts) {
    return new JobProgress(
        new JobID(new UUID(0, number)),
        true,
        restarts,
        List.of(restarts, 5L),
        List.of(
            new VertexProgress(new JobVertexID(new UUID(1, number)), List.of(0, 3), List.of(1))));
  }

  /** Progress that is too large for a node of ZooKeeper: no two neighbours are alike. */
  public static JobProgress largeProgress(long number, int firstAttempt) {
    List<VertexProgress> vertices = new ArrayList<>();
    for (int vertex = 0; vertex < 30; vertex++) {
      vertices.add(
          new VertexProgress(
              new JobVertexID(new UUID(number, vertex)),
              IntStream.range(0, 10_000).map(i -> firstAttempt + i % 2).boxed().toList(),
              List.of()));
    }
    return new JobProgress(new JobID(new UUID(0, number)), false, 0, List.of(), vertices);
  }

  /** The graphs that the store gives back. */
  public static List<JobGraph> graphs(JobStore store) {
    return result(store.recoverJobs()).stream().map(StoredJob::graph).toList();
  }

  /** The progress that the store gives back, of its only job. */
  private static Optional<JobProgress> progressOfTheOnlyJob(JobStore store) {
    List<StoredJob> jobs = result(store.recoverJobs());
    assertThat(jobs).hasSize(1);
    return jobs.get(0).progress();
  }

  /** The write was refused because its session does not lead. */
  protected static void assertRefused(CompletableFuture<?> write) {
    assertThatThrownBy(() -> write.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(NotLeaderException.class);
  }

  @Test
  void jobsComeBackOldestFirst() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobStore store = member.jobStore();
    assertThat(graphs(store)).isEmpty();
    for (long number : new long[] {5, 1, 9, 3}) {
      result(store.putJob(session, graph(number, 10)));
    }
    assertThat(graphs(store))
        .containsExactly(graph(5, 10), graph(1, 10), graph(9, 10), graph(3, 10));
  }

  @Test
  void puttingAKnownJobReplacesItInItsPlace() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobStore store = member.jobStore();
    result(store.putJob(session, graph(1, 10)));
    result(store.putJob(session, graph(2, 10)));
    result(store.putJob(session, graph(1, 77)));
    assertThat(graphs(store)).containsExactly(graph(1, 77), graph(2, 10));
  }

  @Test
  void removingIsIdempotentAndTouchesOneJobOnly() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobStore store = member.jobStore();
    result(store.removeJob(session, graph(1, 10).jobId()));
    result(store.putJob(session, graph(1, 10)));
    result(store.putJob(session, graph(2, 10)));
    result(store.removeJob(session, graph(1, 10).jobId()));
    result(store.removeJob(session, graph(1, 10).jobId()));
    assertThat(graphs(store)).containsExactly(graph(2, 10));
  }

  @Test
  void largeJobsAreStoredReplacedAndRemovedLikeOthers() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobStore store = member.jobStore();
    result(store.putJob(session, graph(1, 3 << 20)));
    result(store.putJob(session, graph(2, 3 << 20)));
    assertThat(graphs(store)).containsExactly(graph(1, 3 << 20), graph(2, 3 << 20));
    result(store.putJob(session, graph(1, 2 << 20)));
    result(store.putJob(session, graph(2, 5)));
    assertThat(graphs(store)).containsExactly(graph(1, 2 << 20), graph(2, 5));
    result(store.removeJob(session, graph(1, 0).jobId()));
    result(store.removeJob(session, graph(2, 0).jobId()));
    assertThat(graphs(store)).isEmpty();
  }

  @Test
  void progressComesBackWithItsJobAndIsReplacedAsAWhole() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobStore store = member.jobStore();
    result(store.putJob(session, graph(2, 10)));
    result(store.putJob(session, graph(1, 10)));
    result(store.putProgress(session, progress(1, 3)));
    JobProgress later = new JobProgress(graph(1, 10).jobId(), false, 4, List.of(), List.of());
    assertThat(result(store.recoverJobs()))
        .containsExactly(
            new StoredJob(graph(2, 10), Optional.empty()),
            new StoredJob(graph(1, 10), Optional.of(progress(1, 3))));
    result(store.putProgress(session, later));
    result(store.putProgress(session, progress(2, 0)));
    assertThat(result(store.recoverJobs()))
        .containsExactly(
            new StoredJob(graph(2, 10), Optional.of(progress(2, 0))),
            new StoredJob(graph(1, 10), Optional.of(later)));
  }

  @Test
  void puttingAKnownJobKeepsItsProgress() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobStore store = member.jobStore();
    result(store.putJob(session, graph(1, 10)));
    result(store.putProgress(session, progress(1, 3)));
    result(store.putJob(session, graph(1, 77)));
    assertThat(result(store.recoverJobs()))
        .containsExactly(new StoredJob(graph(1, 77), Optional.of(progress(1, 3))));
  }

  @Test
  void removingAJobRemovesItsProgress() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobStore store = member.jobStore();
    result(store.putJob(session, graph(1, 10)));
    result(store.putProgress(session, progress(1, 3)));
    result(store.removeJob(session, graph(1, 10).jobId()));
    assertThat(result(store.recoverJobs())).isEmpty();
    result(store.putJob(session, graph(1, 10)));
    assertThat(progressOfTheOnlyJob(store)).isEmpty();
  }

  @Test
  void progressOfAJobThatIsNotStoredIsNotKept() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobStore store = member.jobStore();
    result(store.putProgress(session, progress(1, 3)));
    assertThat(result(store.recoverJobs())).isEmpty();
    result(store.putJob(session, graph(1, 10)));
    assertThat(progressOfTheOnlyJob(store)).isEmpty();
    result(store.removeJob(session, graph(1, 10).jobId()));
    result(store.putProgress(session, progress(1, 3)));
    result(store.putProgress(session, largeProgress(1, 0)));
    assertThat(result(store.recoverJobs())).isEmpty();
    result(store.putJob(session, graph(1, 10)));
    assertThat(progressOfTheOnlyJob(store)).isEmpty();
  }

  @Test
  void largeProgressIsStoredReplacedAndRemovedLikeOther() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobStore store = member.jobStore();
    result(store.putJob(session, graph(1, 3 << 20)));
    for (int attempt = 0; attempt < 2; attempt++) {
      result(store.putProgress(session, largeProgress(1, attempt)));
      assertThat(progressOfTheOnlyJob(store)).contains(largeProgress(1, attempt));
    }
    result(store.putProgress(session, progress(1, 3)));
    assertThat(progressOfTheOnlyJob(store)).contains(progress(1, 3));
    result(store.putProgress(session, largeProgress(1, 0)));
    result(store.removeJob(session, graph(1, 0).jobId()));
    assertThat(result(store.recoverJobs())).isEmpty();
  }

  @Test
  void whoNeverLedWritesNothing() {
    HighAvailabilityServices leader = newMember();
    UUID session = lead(leader);
    result(leader.jobStore().putJob(session, graph(1, 10)));
    HighAvailabilityServices standby = newMember();
    contend(standby);
    assertRefused(standby.jobStore().putJob(new UUID(4, 4), graph(2, 10)));
    assertRefused(standby.jobStore().putProgress(new UUID(4, 4), progress(1, 3)));
    assertRefused(standby.jobStore().removeJob(new UUID(4, 4), graph(1, 10).jobId()));
    assertRefused(leader.jobStore().putJob(new UUID(4, 4), graph(2, 10)));
    assertRefused(leader.jobStore().putProgress(new UUID(4, 4), progress(1, 3)));
    assertRefused(leader.jobStore().verifyLeader(new UUID(4, 4)));
    result(leader.jobStore().verifyLeader(session));
    assertThat(progressOfTheOnlyJob(standby.jobStore())).isEmpty();
    assertThat(graphs(standby.jobStore())).containsExactly(graph(1, 10));
  }

  @Test
  void theNextLeaderFindsTheJobsAndTheOneBeforeWritesNothing() {
    HighAvailabilityServices old = newMember();
    UUID oldSession = lead(old);
    result(old.jobStore().putJob(oldSession, graph(1, 10)));
    result(old.jobStore().putProgress(oldSession, progress(1, 3)));
    HighAvailabilityServices next = newMember();
    RecordingContender contender = contend(next);
    result(old.leaderElection().closeAsync());
    UUID session = contender.awaitGrants(1).get(0);
    assertRefused(old.jobStore().putJob(oldSession, graph(2, 10)));
    assertRefused(old.jobStore().putProgress(oldSession, progress(1, 4)));
    assertRefused(old.jobStore().putProgress(oldSession, progress(2, 4)));
    assertRefused(old.jobStore().removeJob(oldSession, graph(1, 10).jobId()));
    assertRefused(old.jobStore().verifyLeader(oldSession));
    assertThat(progressOfTheOnlyJob(next.jobStore())).contains(progress(1, 3));
    assertThat(graphs(next.jobStore())).containsExactly(graph(1, 10));
    result(next.jobStore().removeJob(session, graph(1, 10).jobId()));
    assertThat(graphs(next.jobStore())).isEmpty();
  }

  @Test
  void aLostSessionWritesNothingMore() throws Exception {
    HighAvailabilityServices member = newMember();
    RecordingContender contender = contend(member);
    UUID first = contender.awaitGrants(1).get(0);
    result(member.jobStore().putJob(first, graph(1, 10)));
    expireSession(member);
    assertRefused(member.jobStore().putJob(first, graph(2, 10)));
    assertRefused(member.jobStore().putProgress(first, progress(1, 3)));
    assertRefused(member.jobStore().verifyLeader(first));
    UUID second = contender.awaitGrants(2).get(1);
    assertRefused(member.jobStore().putJob(first, graph(2, 10)));
    assertRefused(member.jobStore().putProgress(first, progress(1, 3)));
    assertThat(progressOfTheOnlyJob(member.jobStore())).isEmpty();
    result(member.jobStore().putJob(second, graph(3, 10)));
    assertThat(graphs(member.jobStore())).containsExactly(graph(1, 10), graph(3, 10));
  }

  @Test
  void cleaningUpRemovesEverything() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    result(member.jobStore().putJob(session, graph(1, 10)));
    result(member.jobStore().putJob(session, graph(2, 3 << 20)));
    result(member.jobStore().putProgress(session, progress(2, 1)));
    HighAvailabilityServices other = newMember();
    result(member.closeAndCleanupAllData());
    assertThat(graphs(other.jobStore())).isEmpty();
  }
}
