package org.stellwerk.runtime.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stellwerk.runtime.embedded.StandaloneHighAvailabilityServices.DEFAULT_LEADER_ID;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.highavailability.contract.RecordingContender;
import org.stellwerk.runtime.highavailability.contract.RecordingListener;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

class StandaloneHighAvailabilityServicesTest {

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final StandaloneHighAvailabilityServices services =
      new StandaloneHighAvailabilityServices(
          "akka://s@jm:6123/user/", "http://jm:8081", tasks::add);

  private void run() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  private static JobGraph graph() {
    return new JobGraph(
        new JobID(new UUID(1, 1)),
        "job",
        List.of(new JobVertex(new JobVertexID(new UUID(2, 2)), "v", 1, "C", Map.of(), new byte[0])),
        List.of(),
        Map.of(),
        List.of());
  }

  @Test
  void grantsTheFixedSessionWhenItStarts() {
    RecordingContender contender = new RecordingContender();
    assertThat(services.leaderElection().hasLeadership(DEFAULT_LEADER_ID)).isFalse();
    services.leaderElection().startLeaderElection(contender);
    assertThat(contender.grants()).as("not in the caller's turn").isEmpty();
    run();
    assertThat(contender.grants()).containsExactly(DEFAULT_LEADER_ID);
    assertThat(services.leaderElection().hasLeadership(DEFAULT_LEADER_ID)).isTrue();
    assertThat(services.leaderElection().hasLeadership(new UUID(0, 1))).isFalse();
    assertThatThrownBy(() -> services.leaderElection().startLeaderElection(contender))
        .isInstanceOf(IllegalStateException.class);
    CompletableFuture<Void> closed = services.closeAsync();
    run();
    assertThat(closed).isCompleted();
    assertThat(contender.revocations()).isEqualTo(1);
    assertThat(services.leaderElection().hasLeadership(DEFAULT_LEADER_ID)).isFalse();
    services.closeAsync();
    run();
    contender.assertOrderly();
  }

  @Test
  void answersTheConfiguredLeader() {
    RecordingListener listener = new RecordingListener();
    services.newLeaderRetrieval().start(listener);
    run();
    assertThat(listener.heard())
        .containsExactly(
            Optional.of(
                new LeaderInformation(
                    DEFAULT_LEADER_ID, "akka://s@jm:6123/user/", "http://jm:8081")));
  }

  @Test
  void storesOnlyWhileItLeads() {
    CompletableFuture<Void> early = services.jobStore().putJob(DEFAULT_LEADER_ID, graph());
    run();
    assertThat(early)
        .isCompletedExceptionally()
        .failsWithin(java.time.Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(NotLeaderException.class);
    services.leaderElection().startLeaderElection(new RecordingContender());
    services.jobStore().putJob(DEFAULT_LEADER_ID, graph());
    CompletableFuture<List<StoredJob>> jobs = services.jobStore().recoverJobs();
    run();
    assertThat(jobs).isCompletedWithValue(List.of(new StoredJob(graph(), Optional.empty())));
  }
}
