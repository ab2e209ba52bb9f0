package org.stellwerk.runtime.highavailability.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.server.auth.DigestAuthenticationProvider;
import org.apache.zookeeper.server.auth.ProviderRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.highavailability.contract.JobStoreContract;
import org.stellwerk.runtime.highavailability.contract.RecordingContender;
import org.stellwerk.runtime.highavailability.contract.RecordingListener;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.runtime.options.HighAvailabilityOptions.ZooKeeperAcl;

/** Several clusters on one ensemble, and who may touch what of theirs. */
class ZooKeeperAccessTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String ANNA = "digest:anna:swordfish";
  private static final String BERT = "digest:bert:swordfish";

  private static final List<ACL> BERTS_ALONE =
      List.of(new ACL(ZooDefs.Perms.ALL, new Id("digest", "bert:nobody-knows")));

  private static TestingServer server;
  private static ZooKeeperMembers members;
  private final List<ZooKeeperHighAvailabilityServices> opened = new ArrayList<>();
  private CuratorFramework stranger;

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
    stranger = CuratorFrameworkFactory.newClient(server.getConnectString(), new RetryOneTime(10));
    stranger.start();
  }

  @AfterEach
  void closeAll() {
    opened.forEach(member -> member.closeAsync().join());
    stranger.close();
  }

  private static Configuration creator(String authorization) {
    return as(authorization)
        .with(HighAvailabilityOptions.ZOOKEEPER_ACL, ZooKeeperAcl.CREATOR)
        .with(HighAvailabilityOptions.ZOOKEEPER_PATH_ROOT, "/guarded/deep");
  }

  private static Configuration as(String authorization) {
    return members
        .configuration()
        .with(HighAvailabilityOptions.ZOOKEEPER_AUTHORIZATION, authorization);
  }

  private ZooKeeperHighAvailabilityServices open(Configuration configuration) throws Exception {
    ZooKeeperHighAvailabilityServices member = members.create(configuration);
    opened.add(member);
    return member;
  }

  /** Leads, publishes itself, and stores one of everything; answers the session. */
  private static UUID fill(ZooKeeperHighAvailabilityServices member) {
    RecordingContender contender = new RecordingContender();
    member.leaderElection().startLeaderElection(contender);
    UUID session = contender.awaitGrants(1).get(0);
    member.leaderElection().confirmLeadership(information(session)).join();
    member.jobStore().putJob(session, JobStoreContract.graph(1, 9)).join();
    member.jobStore().putProgress(session, JobStoreContract.progress(1, 9)).join();
    member
        .jobResultStore()
        .createDirtyResult(
            session,
            new JobResult(JobStoreContract.graph(2, 9).jobId(), "job", JobStatus.FINISHED, 5, null))
        .join();
    return session;
  }

  private static LeaderInformation information(UUID session) {
    return new LeaderInformation(session, "akka://" + session + "/", "http://localhost:8081");
  }

  private static List<String> nodes(CuratorFramework client, String path) throws Exception {
    List<String> nodes = new ArrayList<>(List.of(path));
    for (String child : client.getChildren().forPath(path)) {
      nodes.addAll(nodes(client, path.equals("/") ? "/" + child : path + "/" + child));
    }
    return nodes;
  }

  @Test
  void everyNodeIsTheCreatorsAlone() throws Exception {
    ZooKeeperHighAvailabilityServices member = open(creator(ANNA));
    fill(member);
    List<ACL> annas =
        List.of(
            new ACL(
                ZooDefs.Perms.ALL,
                new Id("digest", DigestAuthenticationProvider.generateDigest("anna:swordfish"))));
    List<String> nodes = nodes(member.client(), "/");
    assertThat(nodes)
        .contains("/leader", "/jobs/" + JobStoreContract.graph(1, 9).jobId() + "/progress")
        .anyMatch(node -> node.startsWith("/latch/"))
        .anyMatch(node -> node.startsWith("/results/dirty/"));
    for (String node : nodes) {
      assertThat(member.client().getACL().forPath(node)).as(node).isEqualTo(annas);
    }
  }

  @Test
  void whoComesWithoutCredentialsNeitherReadsNorWrites() throws Exception {
    ZooKeeperHighAvailabilityServices member = open(creator(ANNA));
    UUID session = fill(member);
    String cluster = "/" + member.client().getNamespace();
    for (String below : nodes(member.client(), "/")) {
      String node = below.equals("/") ? cluster : cluster + below;
      assertRefused(() -> stranger.getData().forPath(node));
      assertRefused(() -> stranger.getChildren().forPath(node));
      assertRefused(() -> stranger.setData().forPath(node, new byte[1]));
      assertRefused(() -> stranger.setACL().withACL(ZooDefs.Ids.OPEN_ACL_UNSAFE).forPath(node));
      if (!node.contains("/latch/") && !node.endsWith("/leader")) {
        assertRefused(() -> stranger.create().forPath(node + "/new"));
      }
    }
    assertRefused(() -> stranger.delete().forPath(cluster + "/leader"));
    assertRefused(() -> stranger.setData().forPath("/guarded/deep", new byte[1]));
    assertThat(member.leaderElection().hasLeadership(session)).isTrue();
    assertThat(JobStoreContract.graphs(member.jobStore()))
        .containsExactly(JobStoreContract.graph(1, 9));
  }

  private interface Call {
    void run() throws Exception;
  }

  private static void assertRefused(Call call) {
    assertThatThrownBy(call::run).isInstanceOf(KeeperException.NoAuthException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {BERT, "digest:anna:swordfis"})
  void wrongCredentialsEndTheStartWithOneLine(String wrong) throws Exception {
    open(creator(ANNA));
    for (Configuration configuration :
        List.of(
            creator(wrong),
            creator(wrong).with("high-availability.zookeeper.client.acl", "open"))) {
      assertThatThrownBy(() -> members.create(configuration))
          .isInstanceOf(IllegalConfigurationException.class)
          .hasMessageContaining(
              " refuses node /guarded/deep/%s to this process: who made it came with other"
                  + " credentials. Set 'high-availability.zookeeper.client.authorization'",
              configuration.get(HighAvailabilityOptions.CLUSTER_ID).substring(1))
          .message()
          .doesNotContain("\n", "swordfis");
    }
  }

  /** As by somebody's setAcl under a running cluster. */
  @Test
  void accessThatIsTakenAwayIsSaidAtOnceAndDoesNotPass() throws Exception {
    ZooKeeperHighAvailabilityServices member = open(as(ANNA));
    UUID session = fill(member);
    for (String node : List.of("/jobs", "/results/all")) {
      member.client().setACL().withACL(BERTS_ALONE).forPath(node);
    }
    JobResult result =
        new JobResult(JobStoreContract.graph(3, 9).jobId(), "job", JobStatus.FINISHED, 5, null);
    assertDenied(
        member.jobStore().putJob(session, JobStoreContract.graph(3, 9)),
        "Cannot store job " + JobStoreContract.graph(3, 9).jobId());
    assertDenied(member.jobStore().recoverJobs(), "Cannot read the stored jobs");
    assertDenied(
        member.jobResultStore().createDirtyResult(session, result), "Cannot store the result");
    assertThat(member.leaderElection().hasLeadership(session)).isTrue();

    member.client().setACL().withACL(BERTS_ALONE).forPath("/latch");
    assertThatThrownBy(() -> open(as(ANNA)))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining(" refuses node /%s/", member.client().getNamespace());
  }

  private static void assertDenied(CompletableFuture<?> call, String what) {
    assertThat(call)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(StoreAccessDeniedException.class)
        .withMessageStartingWith(what)
        .withMessageContaining("below /stellwerk/cluster-")
        .withMessageContaining("'high-availability.zookeeper.client.authorization'");
  }

  @Test
  void anEnsembleThatAuthenticatesNobodyIsNamedAtOnce() throws Exception {
    System.setProperty("zookeeper.DigestAuthenticationProvider.enabled", "false");
    ProviderRegistry.reset();
    try (TestingServer without = new TestingServer()) {
      assertThatThrownBy(
              () ->
                  members.create(
                      creator(ANNA)
                          .with(
                              HighAvailabilityOptions.ZOOKEEPER_QUORUM,
                              without.getConnectString())))
          .isInstanceOf(IllegalConfigurationException.class)
          .hasMessageContaining(without.getConnectString() + " does not accept the credentials")
          .message()
          .doesNotContain("\n", "swordfish");
    } finally {
      System.clearProperty("zookeeper.DigestAuthenticationProvider.enabled");
      ProviderRegistry.reset();
    }
  }

  @Test
  void creatorWithoutCredentialsIsAnErrorOfTheConfiguration() {
    assertThatThrownBy(
            () ->
                members.create(
                    members
                        .configuration()
                        .with("high-availability.zookeeper.client.acl", "creator")))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("needs 'high-availability.zookeeper.client.authorization'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "swordfish",
        "digest:swordfish",
        "digest::swordfish",
        "digest:anna:",
        "sasl:anna:swordfish",
        ""
      })
  void credentialsThatAreNoneAreRefusedAndNotShown(String wrong) {
    assertThatThrownBy(() -> members.create(as(wrong)))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("expected digest:USER:PASSWORD")
        .message()
        .doesNotContain("swordfish");
  }

  @Test
  void flinksQuotesAreUnderstoodAndNothingShowsThePassword() throws Exception {
    Configuration quoted = creator("digest:'anna:swordfish'");
    fill(open(quoted));
    assertThat(JobStoreContract.graphs(open(creator(ANNA)).jobStore())).hasSize(1);
    assertThat(quoted.toString()).doesNotContain("swordfish");
    assertThat(ZooKeeperConfig.of(quoted).toString()).doesNotContain("swordfish");
  }

  @Test
  void twoClustersOfDifferentUsersShareAnEnsemble() throws Exception {
    ZooKeeperHighAvailabilityServices here = open(creator(ANNA));
    UUID session = fill(here);
    members.newCluster();
    ZooKeeperHighAvailabilityServices there = open(creator(BERT));
    RecordingListener heardThere = new RecordingListener();
    there.newLeaderRetrieval().start(heardThere);
    assertThat(JobStoreContract.graphs(there.jobStore())).isEmpty();
    assertThat(there.jobResultStore().getDirtyResults().get()).isEmpty();
    UUID other = fill(there);
    heardThere.awaitLast(java.util.Optional.of(information(other)));
    assertThat(heardThere.heard()).doesNotContain(java.util.Optional.of(information(session)));
    assertThat(here.leaderElection().hasLeadership(session)).isTrue();
    assertThat(there.leaderElection().hasLeadership(other)).isTrue();
    there.jobStore().removeJob(other, JobStoreContract.graph(1, 9).jobId()).join();
    assertThat(there.closeAndCleanupAllData()).succeedsWithin(PATIENCE);
    assertThat(JobStoreContract.graphs(here.jobStore()))
        .containsExactly(JobStoreContract.graph(1, 9));
    assertThat(here.jobResultStore().getDirtyResults().get()).hasSize(1);
  }
}
