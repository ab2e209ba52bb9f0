package org.stellwerk.runtime.highavailability.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/** What every store of job graphs must do. */
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
    assertThat(result(store.recoverJobs())).isEmpty();
    for (long number : new long[] {5, 1, 9, 3}) {
      result(store.putJob(session, graph(number, 10)));
    }
    assertThat(result(store.recoverJobs()))
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
    assertThat(result(store.recoverJobs())).containsExactly(graph(1, 77), graph(2, 10));
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
    assertThat(result(store.recoverJobs())).containsExactly(graph(2, 10));
  }

  @Test
  void largeJobsAreStoredReplacedAndRemovedLikeOthers() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    JobStore store = member.jobStore();
    result(store.putJob(session, graph(1, 3 << 20)));
    result(store.putJob(session, graph(2, 3 << 20)));
    assertThat(result(store.recoverJobs())).containsExactly(graph(1, 3 << 20), graph(2, 3 << 20));
    result(store.putJob(session, graph(1, 2 << 20)));
    result(store.putJob(session, graph(2, 5)));
    assertThat(result(store.recoverJobs())).containsExactly(graph(1, 2 << 20), graph(2, 5));
    result(store.removeJob(session, graph(1, 0).jobId()));
    result(store.removeJob(session, graph(2, 0).jobId()));
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
    assertRefused(standby.jobStore().removeJob(new UUID(4, 4), graph(1, 10).jobId()));
    assertRefused(leader.jobStore().putJob(new UUID(4, 4), graph(2, 10)));
    assertThat(result(standby.jobStore().recoverJobs())).containsExactly(graph(1, 10));
  }

  @Test
  void theNextLeaderFindsTheJobsAndTheOneBeforeWritesNothing() {
    HighAvailabilityServices old = newMember();
    UUID oldSession = lead(old);
    result(old.jobStore().putJob(oldSession, graph(1, 10)));
    HighAvailabilityServices next = newMember();
    RecordingContender contender = contend(next);
    result(old.leaderElection().closeAsync());
    UUID session = contender.awaitGrants(1).get(0);
    assertRefused(old.jobStore().putJob(oldSession, graph(2, 10)));
    assertRefused(old.jobStore().removeJob(oldSession, graph(1, 10).jobId()));
    assertThat(result(next.jobStore().recoverJobs())).containsExactly(graph(1, 10));
    result(next.jobStore().removeJob(session, graph(1, 10).jobId()));
    assertThat(result(next.jobStore().recoverJobs())).isEmpty();
  }

  @Test
  void aLostSessionWritesNothingMore() throws Exception {
    HighAvailabilityServices member = newMember();
    RecordingContender contender = contend(member);
    UUID first = contender.awaitGrants(1).get(0);
    result(member.jobStore().putJob(first, graph(1, 10)));
    expireSession(member);
    assertRefused(member.jobStore().putJob(first, graph(2, 10)));
    UUID second = contender.awaitGrants(2).get(1);
    assertRefused(member.jobStore().putJob(first, graph(2, 10)));
    result(member.jobStore().putJob(second, graph(3, 10)));
    assertThat(result(member.jobStore().recoverJobs())).containsExactly(graph(1, 10), graph(3, 10));
  }

  @Test
  void cleaningUpRemovesEverything() {
    HighAvailabilityServices member = newMember();
    UUID session = lead(member);
    result(member.jobStore().putJob(session, graph(1, 10)));
    result(member.jobStore().putJob(session, graph(2, 3 << 20)));
    HighAvailabilityServices other = newMember();
    result(member.closeAndCleanupAllData());
    assertThat(result(other.jobStore().recoverJobs())).isEmpty();
  }
}
