package org.stellwerk.runtime.highavailability.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.highavailability.contract.JobStoreContract;
import org.stellwerk.runtime.jobgraph.JobGraph;

class ZooKeeperJobStoreTest extends JobStoreContract {

  private static final LatchFence NOBODY_LEADS =
      new LatchFence() {
        @Override
        public Optional<String> latchNodeOf(UUID leaderSessionId) {
          return Optional.empty();
        }

        @Override
        public void onLatchNodeGone(UUID leaderSessionId) {}
      };

  private static TestingServer server;
  private static ZooKeeperMembers members;

  @BeforeAll
  static void startServer() throws Exception {
    server = new TestingServer();
    members = new ZooKeeperMembers(server.getConnectString());
  }

  @AfterAll
  static void stopServer() throws Exception {
    members.close();
    server.close();
  }

  @BeforeEach
  void newCluster() {
    members.newCluster();
  }

  /** Some questions are under way at once: 1,000 jobs are not 2,000 round trips one by one. */
  @Test
  void aNewLeaderReadsManyJobsAtOnce() throws Exception {
    ZooKeeperHighAvailabilityServices member = members.create();
    UUID session = lead(member);
    List<JobGraph> jobs = LongStream.range(0, 40).mapToObj(number -> graph(number, 9)).toList();
    for (JobGraph job : jobs) {
      result(member.jobStore().putJob(session, job));
    }
    result(member.jobStore().putProgress(session, progress(17, 3)));
    Queue<Runnable> calls = new ArrayDeque<>();
    JobStore reader =
        new ZooKeeperJobStore(
            new FencedTransactions(member.client(), NOBODY_LEADS, calls::add),
            new StateFiles(Optional.empty()));
    CompletableFuture<List<StoredJob>> read = reader.recoverJobs();
    assertThat(calls).hasSize(1);
    calls.remove().run();
    assertThat(calls).hasSize(16);
    calls.forEach(Runnable::run);
    assertThat(result(read)).extracting(StoredJob::graph).isEqualTo(jobs);
    assertThat(result(read).get(17).progress()).contains(progress(17, 3));
    result(member.closeAsync());
  }

  @Test
  void progressThatIsNoneIsNamedWithWhatToDo() throws Exception {
    ZooKeeperHighAvailabilityServices member = members.create();
    UUID session = lead(member);
    result(member.jobStore().putJob(session, graph(1, 9)));
    result(member.jobStore().putProgress(session, progress(1, 3)));
    String node = "/jobs/" + graph(1, 9).jobId() + "/progress";
    member.client().setData().forPath(node, "{\"version\":7}".getBytes(UTF_8));
    assertThat(member.jobStore().recoverJobs())
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withMessageContaining("The progress of job " + graph(1, 9).jobId())
        .withMessageContaining(node + ", cannot be read: Job progress: field 'version' is 7, but")
        .withMessageContaining("delete the node to let the job begin from its start");
    result(member.closeAsync());
  }

  @Override
  protected HighAvailabilityServices createMember() throws Exception {
    return members.create();
  }

  @Override
  protected void expireSession(HighAvailabilityServices member) throws Exception {
    members.expireSession(member);
  }
}
