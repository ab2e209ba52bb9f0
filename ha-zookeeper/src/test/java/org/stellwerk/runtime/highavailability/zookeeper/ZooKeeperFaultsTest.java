package org.stellwerk.runtime.highavailability.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.highavailability.contract.JobStoreContract;
import org.stellwerk.runtime.highavailability.contract.RecordingContender;
import org.stellwerk.runtime.highavailability.contract.RecordingListener;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.runtime.options.HighAvailabilityOptions;

/** What happens to leadership and stores when ZooKeeper or its state fails in some way. */
class ZooKeeperFaultsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private TestingServer server;
  private ZooKeeperMembers members;

  @BeforeEach
  void startServer() throws Exception {
    // A tickTime of 500 ms, as in our zoo.cfg, lets the client have its session timeout of 1.5 s.
    server = new TestingServer(new InstanceSpec(null, -1, -1, -1, true, -1, 500, -1), true);
    members = new ZooKeeperMembers(server.getConnectString());
  }

  @AfterEach
  void stopServer() throws Exception {
    members.close();
    server.close();
  }

  private static JobGraph graph(long number, int payloadBytes) {
    JobVertex vertex =
        new JobVertex(
            new JobVertexID(new UUID(1, 1)), "v", 1, "C", Map.of(), new byte[payloadBytes]);
    return new JobGraph(
        new JobID(new UUID(0, number)), "job", List.of(vertex), List.of(), Map.of(), List.of());
  }

  private static LeaderInformation information(UUID session) {
    return new LeaderInformation(session, "akka://" + session + "/", "http://localhost:8081");
  }

  private static RecordingListener listen(ZooKeeperHighAvailabilityServices member) {
    RecordingListener listener = new RecordingListener();
    member.newLeaderRetrieval().start(listener);
    return listener;
  }

  private static RecordingContender contend(ZooKeeperHighAvailabilityServices member) {
    RecordingContender contender = new RecordingContender();
    member.leaderElection().startLeaderElection(contender);
    return contender;
  }

  @Test
  void anExpiredLeaderIsReplacedAndItsWritesAreRefused() throws Exception {
    ZooKeeperHighAvailabilityServices first = members.create();
    ZooKeeperHighAvailabilityServices second = members.create();
    RecordingContender one = contend(first);
    UUID oldSession = one.awaitGrants(1).get(0);
    RecordingContender two = contend(second);
    assertThat(first.jobStore().putJob(oldSession, graph(1, 9))).succeedsWithin(PATIENCE);
    members.expireSession(first);
    // Whether the old leader knows by now or not: the server refuses.
    assertThat(first.jobStore().putJob(oldSession, graph(2, 9)))
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(NotLeaderException.class);
    UUID newSession = two.awaitGrants(1).get(0);
    one.awaitRevocations(1);
    assertThat(newSession).isNotEqualTo(oldSession);
    assertThat(JobStoreContract.graphs(second.jobStore())).hasSize(1);
    assertThat(second.jobStore().putJob(newSession, graph(3, 9))).succeedsWithin(PATIENCE);
    one.assertOrderly();
    two.assertOrderly();
    first.closeAsync().join();
    second.closeAsync().join();
  }

  @Test
  void aLeaderWhoseLatchNodeIsGoneStepsDownAndContendsAnew() throws Exception {
    ZooKeeperHighAvailabilityServices member = members.create();
    RecordingContender contender = contend(member);
    UUID first = contender.awaitGrants(1).get(0);
    member.leaderElection().confirmLeadership(information(first)).join();
    // It is watched on after any change.
    member.client().setData().forPath(latchNode(member), new byte[] {1});
    member.client().setData().forPath(latchNode(member), new byte[] {2});
    deleteLatchNode(member);
    // Without a write that is refused.
    contender.awaitRevocations(1);
    UUID second = contender.awaitGrants(2).get(1);
    deleteLatchNode(member);
    assertThat(member.jobStore().putJob(second, graph(1, 9)))
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(NotLeaderException.class);
    contender.awaitRevocations(2);
    UUID third = contender.awaitGrants(3).get(2);
    assertThat(member.jobStore().putJob(third, graph(1, 9))).succeedsWithin(PATIENCE);
    contender.assertOrderly();
    member.closeAsync().join();
  }

  private static void deleteLatchNode(ZooKeeperHighAvailabilityServices member) throws Exception {
    member.client().delete().forPath(latchNode(member));
  }

  private static String latchNode(ZooKeeperHighAvailabilityServices member) throws Exception {
    return "/latch/" + member.client().getChildren().forPath("/latch").get(0);
  }

  @Test
  void aRestartOfZooKeeperEndsNoSession() throws Exception {
    // ZooKeeper's client waits for up to a second between two attempts to connect.
    ZooKeeperHighAvailabilityServices member =
        members.create(
            members
                .configuration()
                .with(HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT, Duration.ofMillis(3_500)));
    RecordingListener listener = listen(member);
    RecordingContender contender = contend(member);
    UUID session = contender.awaitGrants(1).get(0);
    member.leaderElection().confirmLeadership(information(session)).join();
    listener.awaitLast(Optional.of(information(session)));
    server.stop();
    // Longer than the session's timeout: the server's clock stands while it is down.
    await()
        .pollDelay(Duration.ofSeconds(4))
        .atMost(PATIENCE)
        .until(() -> !member.client().getZookeeperClient().isConnected());
    assertThat(contender.revocations()).isZero();
    assertThat(member.leaderElection().hasLeadership(session)).isTrue();
    assertThat(listener.reachable()).containsExactly(false);
    server.restart();
    await().atMost(PATIENCE).until(() -> listener.reachable().equals(List.of(false, true)));
    assertThat(member.jobStore().putJob(session, graph(1, 9))).succeedsWithin(PATIENCE);
    assertThat(contender.grants()).hasSize(1);
    assertThat(listener.heard())
        .containsExactly(Optional.empty(), Optional.of(information(session)));
    contender.assertOrderly();
    member.closeAsync().join();
  }

  @Test
  void withoutZooKeeperAWriteFailsWithOneLine() throws Exception {
    ZooKeeperHighAvailabilityServices member =
        members.create(
            members.configuration().with(HighAvailabilityOptions.ZOOKEEPER_MAX_RETRY_ATTEMPTS, 1));
    UUID session = contend(member).awaitGrants(1).get(0);
    server.stop();
    assertThat(member.jobStore().putJob(session, graph(1, 9)))
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(StoreUnavailableException.class)
        .withMessage(
            "Cannot store job %s in ZooKeeper: CONNECTIONLOSS (the outcome is unknown; try again)",
            graph(1, 9).jobId());
    assertThat(member.leaderElection().hasLeadership(session)).isTrue();
  }

  @Test
  void whatSomebodyWroteOverTheLeaderIsCorrected() throws Exception {
    ZooKeeperHighAvailabilityServices member = members.create();
    RecordingListener listener = listen(member);
    UUID session = contend(member).awaitGrants(1).get(0);
    member.leaderElection().confirmLeadership(information(session)).join();
    listener.awaitLast(Optional.of(information(session)));
    member.client().setData().forPath("/leader", new byte[] {1, 2});
    await().atMost(PATIENCE).until(() -> listener.heard().size() >= 3);
    listener.awaitLast(Optional.of(information(session)));
    member.client().delete().forPath("/leader");
    await().atMost(PATIENCE).until(() -> listener.heard().size() >= 5);
    listener.awaitLast(Optional.of(information(session)));
    assertThat(listener.errors()).isEmpty();
    member.closeAsync().join();
  }

  @Test
  void largeJobsLeaveNoFileBehind() throws Exception {
    ZooKeeperHighAvailabilityServices member = members.create();
    UUID session = contend(member).awaitGrants(1).get(0);
    assertThat(member.jobStore().putJob(session, graph(1, 1 << 20))).succeedsWithin(PATIENCE);
    assertThat(files()).hasSize(1);
    assertThat(member.jobStore().putJob(session, graph(1, 2 << 20))).succeedsWithin(PATIENCE);
    assertThat(files()).hasSize(1);
    assertThat(member.jobStore().putJob(new UUID(8, 8), graph(1, 2 << 20))).failsWithin(PATIENCE);
    assertThat(files()).hasSize(1);
    assertThat(member.jobStore().removeJob(session, graph(1, 0).jobId())).succeedsWithin(PATIENCE);
    assertThat(files()).isEmpty();
    member.closeAsync().join();
  }

  @Test
  void aWriteThatIsRepeatedAfterALostAnswerKeepsTheFileOfTheFirst() throws Exception {
    ZooKeeperHighAvailabilityServices member = members.create();
    UUID session = contend(member).awaitGrants(1).get(0);
    for (int i = 0; i < 2; i++) {
      assertThat(member.jobStore().putJob(session, graph(1, 1 << 20))).succeedsWithin(PATIENCE);
    }
    assertThat(JobStoreContract.graphs(member.jobStore())).containsExactly(graph(1, 1 << 20));
    members.expireSession(member);
    // As when the answer to the write is lost together with the session.
    assertThat(member.jobStore().putJob(session, graph(1, 1 << 20)))
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(NotLeaderException.class);
    assertThat(JobStoreContract.graphs(member.jobStore())).containsExactly(graph(1, 1 << 20));
    member.closeAsync().join();
  }

  @Test
  void repetitionsWhileZooKeeperIsAwayShareOneFile() throws Exception {
    ZooKeeperHighAvailabilityServices member =
        members.create(
            members.configuration().with(HighAvailabilityOptions.ZOOKEEPER_MAX_RETRY_ATTEMPTS, 1));
    RecordingContender contender = contend(member);
    UUID session = contender.awaitGrants(1).get(0);
    assertThat(member.jobStore().putJob(session, graph(1, 1 << 20))).succeedsWithin(PATIENCE);
    server.stop();
    for (int i = 0; i < 2; i++) {
      assertThat(member.jobStore().putJob(session, graph(1, 2 << 20)))
          .failsWithin(PATIENCE)
          .withThrowableThat()
          .withCauseInstanceOf(StoreUnavailableException.class);
      assertThat(files()).hasSize(2);
    }
    server.restart();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> member.jobStore().putJob(contender.session(), graph(1, 2 << 20)).get() == null);
    assertThat(files()).hasSize(1);
    assertThat(member.jobStore().removeJob(contender.session(), graph(1, 0).jobId()))
        .succeedsWithin(PATIENCE);
    assertThat(files()).isEmpty();
    member.closeAsync().join();
  }

  @Test
  void aLargeResultThatDoesNotStandLeavesNoFile() throws Exception {
    ZooKeeperHighAvailabilityServices member = members.create();
    UUID session = contend(member).awaitGrants(1).get(0);
    JobResult first = failed(StateFiles.MAX_INLINE_BYTES + 1);
    for (JobResult result : List.of(first, first, failed(2 * StateFiles.MAX_INLINE_BYTES))) {
      assertThat(member.jobResultStore().createDirtyResult(session, result))
          .succeedsWithin(PATIENCE);
      assertThat(files()).hasSize(1);
    }
    assertThat(member.jobResultStore().getDirtyResults().get()).containsExactly(first);
    member.closeAsync().join();
  }

  private static JobResult failed(int characters) {
    SerializedThrowable failure =
        SerializedThrowable.of(new IllegalStateException("x".repeat(characters)));
    return new JobResult(new JobID(new UUID(0, 1)), "job", JobStatus.FAILED, 5, failure);
  }

  @Test
  void aStoredJobThatCannotBeReadIsNamedWithWhatToDo() throws Exception {
    ZooKeeperHighAvailabilityServices member = members.create();
    UUID session = contend(member).awaitGrants(1).get(0);
    assertThat(member.jobStore().putJob(session, graph(1, 1 << 20))).succeedsWithin(PATIENCE);
    Files.delete(java.nio.file.Path.of(files().get(0)));
    assertThat(member.jobStore().recoverJobs())
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withMessageContaining("Job " + graph(1, 1).jobId())
        .withMessageContaining("cannot be read")
        .withMessageContaining("delete the node to give the job up");
    member.closeAsync().join();
  }

  @Test
  void aProgressFileGoesWithWhatNamedIt() throws Exception {
    ZooKeeperHighAvailabilityServices member = members.create();
    UUID session = contend(member).awaitGrants(1).get(0);
    JobProgress large = JobStoreContract.largeProgress(1, 0);
    assertThat(member.jobStore().putProgress(session, large)).succeedsWithin(PATIENCE);
    assertThat(files()).isEmpty();
    assertThat(member.jobStore().putJob(session, graph(1, 9))).succeedsWithin(PATIENCE);
    for (int i = 0; i < 2; i++) {
      assertThat(member.jobStore().putProgress(session, large)).succeedsWithin(PATIENCE);
      assertThat(files()).hasSize(1);
    }
    assertThat(member.jobStore().putProgress(new UUID(8, 8), large)).failsWithin(PATIENCE);
    assertThat(files()).hasSize(1);
    assertThat(member.jobStore().removeJob(session, graph(1, 0).jobId())).succeedsWithin(PATIENCE);
    assertThat(files()).isEmpty();
    member.closeAsync().join();
  }

  private List<String> files() throws IOException {
    try (Stream<java.nio.file.Path> files = Files.walk(members.storage())) {
      return files.filter(Files::isRegularFile).map(Object::toString).toList();
    }
  }

  @Test
  void withoutAStorageDirectoryALargeJobIsRefusedWithOneLine() throws Exception {
    Configuration configuration =
        Configuration.empty()
            .with(HighAvailabilityOptions.ZOOKEEPER_QUORUM, server.getConnectString());
    ZooKeeperHighAvailabilityServices member = members.create(configuration);
    UUID session = contend(member).awaitGrants(1).get(0);
    assertThat(member.jobStore().putJob(session, graph(1, 1 << 20)))
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withMessageContaining("set 'high-availability.storageDir'");
    member.closeAsync().join();
  }

  @Test
  void clustersOnOneZooKeeperDoNotSeeEachOther() throws Exception {
    ZooKeeperHighAvailabilityServices here = members.create();
    UUID session = contend(here).awaitGrants(1).get(0);
    assertThat(here.jobStore().putJob(session, graph(1, 9))).succeedsWithin(PATIENCE);
    members.newCluster();
    ZooKeeperHighAvailabilityServices there = members.create();
    contend(there).awaitGrants(1);
    assertThat(JobStoreContract.graphs(there.jobStore())).isEmpty();
    here.closeAsync().join();
    there.closeAsync().join();
  }

  @Test
  void anUnreachableZooKeeperIsNamedWithinTheTimeout() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Configuration configuration =
        Configuration.empty()
            .with(HighAvailabilityOptions.ZOOKEEPER_QUORUM, "localhost:" + port)
            .with("high-availability.zookeeper.client.connection-timeout", "300 ms");
    long start = System.nanoTime();
    assertThatThrownBy(() -> members.create(configuration))
        .isInstanceOf(ZooKeeperUnavailableException.class)
        .hasMessageStartingWith(
            "No ZooKeeper server can be reached: tried localhost:"
                + port
                + " (connection refused) for 300 ms. Start ZooKeeper")
        .message()
        .doesNotContain("\n");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void aQuorumThatIsNotOneIsAnErrorOfTheConfiguration() {
    assertThatThrownBy(() -> members.create(Configuration.empty()))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("high-availability.zookeeper.quorum");
    for (String quorum : List.of("", " ", ",", "localhost:none")) {
      assertThatThrownBy(
              () ->
                  members.create(
                      Configuration.empty().with(HighAvailabilityOptions.ZOOKEEPER_QUORUM, quorum)))
          .as("'%s'", quorum)
          .isInstanceOf(IllegalConfigurationException.class)
          .hasMessageContaining("high-availability.zookeeper.quorum");
    }
  }

  @Test
  void connectingTakesLittleTimeAndTheServerGrantsTheSessionTimeout() throws Exception {
    members.create().closeAsync().join();
    long start = System.nanoTime();
    ZooKeeperHighAvailabilityServices member = members.create();
    contend(member).awaitGrants(1);
    System.err.println(
        "Connected and elected in " + (System.nanoTime() - start) / 1_000_000 + " ms");
    assertThat(
            ((PatientZooKeeper) member.client().getZookeeperClient().getZooKeeper())
                .grantedSessionTimeoutMs())
        .isEqualTo(1500);
    member.closeAsync().join();
  }

  @Test
  void whatTheServerGrantsIsSaidWithWhatItMeans() {
    assertThat(ZooKeeperConnection.boundOf(1500, 1500))
        .isEqualTo("session timeout 1500 ms; a leader that dies is replaced within 2000 ms");
    assertThat(ZooKeeperConnection.boundOf(4000, 1500))
        .isEqualTo(
            "session timeout 4000 ms instead of 1500 ms, as the server's tickTime has it; a leader"
                + " that dies is replaced within 4500 ms");
  }
}
