package org.stellwerk.dist.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two clusters of different users on one ZooKeeper and one storage directory. Whatever happens to
 * Anna's cluster, and whoever comes to Bert's without his credentials: Bert's goes on untouched.
 */
final class SharedZooKeeperIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String AUTHORIZATION = "high-availability.zookeeper.client.authorization";
  private static final String BERTS_NODE = "/stellwerk/bert";
  private static final String ANNAS_NODE = "/stellwerk/anna";
  private static final String BERT = "bert:swordfish";
  private static final String ANNA = "anna:haddock";

  @TempDir static Path directory;
  private static Installation anna;
  private static Installation bert;
  private static PlainZooKeeper asBert;
  private static TickerJob job;
  private static List<String> attempts;
  private static byte[] leader;
  private static long leaderMadeBy;

  @BeforeAll
  static void start() throws Exception {
    anna = installation("anna", "anna", Optional.empty());
    guard(anna, ANNA);
    anna.withStandby().startCluster();
    bert = installation("bert", "bert", Optional.of(anna));
    guard(bert, BERT);
    bert.startCluster();
    asBert = PlainZooKeeper.connect(anna.zooKeeperPort, Optional.of(BERT));
    job = TickerJob.submit(bert, 2);
    attempts = job.subtasks(bert.rest());
    leader = asBert.data(BERTS_NODE + "/leader");
    leaderMadeBy = asBert.madeBy(BERTS_NODE + "/leader");
  }

  /** With the ZooKeeper of another installation, if that is given. */
  private static Installation installation(
      String name, String clusterId, Optional<Installation> other) throws Exception {
    Installation installation =
        Installation.create(Files.createDirectory(directory.resolve(name)), 1);
    if (other.isPresent()) {
      installation.replace(
          "config.yaml",
          "localhost:" + installation.zooKeeperPort,
          "localhost:" + other.get().zooKeeperPort);
    }
    installation.replace("config.yaml", "/default", "/" + clusterId);
    installation.configure("high-availability.storageDir", directory.resolve("storage").toString());
    return installation;
  }

  private static void guard(Installation installation, String credentials) throws Exception {
    installation.configure("high-availability.zookeeper.client.acl", "creator");
    installation.configure(AUTHORIZATION, "\"digest:" + credentials + "\"");
  }

  @AfterAll
  static void stop() throws Exception {
    if (asBert != null) {
      asBert.close();
    }
    if (bert != null) {
      bert.close();
    }
    anna.close();
  }

  /**
   * After each test: the same leader session, the same attempts, no record lost, and it goes on.
   */
  @AfterEach
  void bertIsUntouched() throws Exception {
    assertThat(asBert.data(BERTS_NODE + "/leader")).isEqualTo(leader);
    assertThat(asBert.madeBy(BERTS_NODE + "/leader")).isEqualTo(leaderMadeBy);
    assertThat(bert.rest().taskManagers()).isEqualTo(1);
    job.awaitProgress();
    job.assertUntouched(attempts, bert.rest());
  }

  @Test
  void whateverHappensToOneClusterTheOtherGoesOn() throws Exception {
    try (PlainZooKeeper asAnna = PlainZooKeeper.connect(anna.zooKeeperPort, Optional.of(ANNA))) {
      assertThat(anna.rest().get("/jobs/overview").get("jobs")).isEmpty();
      assertThat(ids(anna)).hasSize(1).doesNotContainAnyElementsOf(ids(bert));

      TickerJob same = submitTheSameJob();
      same.awaitRunning(anna.rest());
      killTheLeader(same);
      bertIsUntouched();

      String node = "/jobs/" + job.id();
      assertThat(asAnna.tree(ANNAS_NODE)).contains(ANNAS_NODE + node);
      String address = "localhost:" + leaderOfAnna();
      assertThat(anna.run("stellwerk", "cancel", "-m", address, job.id()).ok().out())
          .contains(job.id());
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  asAnna.children(ANNAS_NODE + "/jobs").isEmpty()
                      && asAnna.children(ANNAS_NODE + "/results/dirty").isEmpty());
      assertThat(asAnna.children(ANNAS_NODE + "/results/all")).containsExactly(job.id());
      assertThat(asBert.tree(BERTS_NODE)).contains(BERTS_NODE + node);
      assertThat(asBert.children(BERTS_NODE + "/results/all")).isEmpty();
    }
  }

  private static List<String> ids(Installation installation) throws Exception {
    List<String> ids = new ArrayList<>();
    for (JsonNode each : installation.rest().get("/taskmanagers").get("taskmanagers")) {
      ids.add(each.get("id").asText());
    }
    return ids;
  }

  /** Bert's job in Anna's cluster: the same graph with the same id, but for where it writes to. */
  private static TickerJob submitTheSameJob() throws Exception {
    Path output = anna.directory.resolve("ticks");
    String graph = new String(asBert.data(BERTS_NODE + "/jobs/" + job.id()), UTF_8);
    assertThat(graph).contains(job.id(), bert.directory + "/ticks");
    Path file =
        Files.writeString(
            directory.resolve("graph"),
            graph.replace(bert.directory + "/ticks", output.toString()));
    assertThat(anna.rest().submit(file, Installation.EXAMPLES).path("jobUrl").asText())
        .isEqualTo("/jobs/" + job.id());
    return job.elsewhere(output);
  }

  private static void killTheLeader(TickerJob same) throws Exception {
    JobManagers jobManagers = new JobManagers(anna);
    long killed = jobManagers.leader();
    ProcessHandle.of(killed).orElseThrow().destroyForcibly();
    await().atMost(PATIENCE).until(() -> jobManagers.leader() != killed);
    same.awaitRunning(new RestProbe(leaderOfAnna()));
  }

  private static int leaderOfAnna() throws Exception {
    JobManagers jobManagers = new JobManagers(anna);
    return jobManagers.restPort(jobManagers.leader());
  }

  private interface Call {
    void run() throws Exception;
  }

  @Test
  void whoComesWithoutTheCredentialsNeitherReadsNorWritesANode() throws Exception {
    List<String> nodes = asBert.tree(BERTS_NODE);
    assertThat(nodes)
        .contains(BERTS_NODE + "/leader", BERTS_NODE + "/jobs/" + job.id())
        .anyMatch(node -> node.startsWith(BERTS_NODE + "/latch/"));
    for (Optional<String> who : List.of(Optional.<String>empty(), Optional.of(ANNA))) {
      try (PlainZooKeeper stranger = PlainZooKeeper.connect(anna.zooKeeperPort, who)) {
        ZooKeeper client = stranger.client();
        for (String node : nodes) {
          assertRefused(() -> client.getData(node, false, null));
          assertRefused(() -> client.getChildren(node, false));
          assertRefused(() -> client.setData(node, new byte[1], -1));
          assertRefused(() -> client.setACL(node, ZooDefs.Ids.OPEN_ACL_UNSAFE, -1));
        }
        assertRefused(() -> client.delete(BERTS_NODE + "/leader", -1));
        assertRefused(
            () ->
                client.create(
                    BERTS_NODE + "/jobs/another",
                    new byte[1],
                    ZooDefs.Ids.OPEN_ACL_UNSAFE,
                    CreateMode.PERSISTENT));
      }
    }
  }

  private static void assertRefused(Call call) {
    assertThatThrownBy(call::run).isInstanceOf(KeeperException.NoAuthException.class);
  }

  /** Those that come as nobody, and those whose password has a typo. */
  @Test
  void aProcessWithOtherCredentialsEndsWithOneLineThatNamesTheKey() throws Exception {
    List<String> before = asBert.tree(BERTS_NODE);
    Installation nobody = installation("nobody", "bert", Optional.of(anna));
    Installation typo = installation("typo", "bert", Optional.of(anna));
    guard(typo, "bert:swordfis");
    Map<Process, Installation> started = new LinkedHashMap<>();
    for (Installation stranger : List.of(nobody, typo)) {
      for (String script : List.of("jobmanager.sh", "taskmanager.sh")) {
        started.put(stranger.start(script, "start"), stranger);
      }
    }
    for (Map.Entry<Process, Installation> each : started.entrySet()) {
      Installation.Outcome outcome = each.getValue().await(each.getKey());
      assertThat(outcome.exitCode()).isNotZero();
      assertThat(outcome.errorLines())
          .singleElement()
          .asString()
          .contains("refuses node " + BERTS_NODE + " to this process", "'" + AUTHORIZATION + "'")
          .doesNotContain("swordfis");
    }
    for (Installation stranger : List.of(nobody, typo)) {
      assertThat(stranger.pids("jobmanager")).isEmpty();
      assertThat(stranger.pids("taskmanager")).isEmpty();
      assertThat(stranger.logs()).doesNotContain("swordfis", "\tat ");
    }
    assertThat(asBert.tree(BERTS_NODE)).isEqualTo(before);
  }
}
