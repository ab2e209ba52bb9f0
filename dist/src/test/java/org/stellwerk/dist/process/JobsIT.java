package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several jobs on one cluster: side by side, cancelled, one after the other, with lost processes.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class JobsIT {

  private static final Pattern JOB_ID = Pattern.compile("(?m)^Job ID: ([0-9a-f]{32})$");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path directory;
  private static Installation installation;

  @BeforeAll
  static void start() throws Exception {
    installation = Installation.create(directory, 2).startCluster();
  }

  @AfterAll
  static void stop() throws Exception {
    installation.close();
  }

  private static String submitTicker(String name, int parallelism) throws Exception {
    return jobId(installation.run("stellwerk", ticker(name, parallelism)).ok());
  }

  private static String[] ticker(String name, int parallelism) {
    return new String[] {
      "run",
      "-d",
      "-c",
      "org.stellwerk.examples.Ticker",
      Installation.EXAMPLES.toString(),
      "--sources",
      String.valueOf(parallelism),
      "--sinks",
      String.valueOf(parallelism),
      "--interval-ms",
      "20",
      "--output",
      directory.resolve(name).toString()
    };
  }

  private static String jobId(Installation.Outcome run) {
    Matcher matcher = JOB_ID.matcher(run.out());
    assertThat(matcher.find()).as(run.out()).isTrue();
    return matcher.group(1);
  }

  private static void awaitState(String jobId, String state) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(
            () ->
                assertThat(installation.rest().jobState(jobId))
                    .as(() -> "state of job " + jobId + installation.logs())
                    .isEqualTo(state));
  }

  private static void awaitFreeSlots(int free) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> assertThat(installation.rest().freeSlots()).isEqualTo(free));
  }

  @Test
  @Order(1)
  void twoJobsRunAtOnceAndCancelFreesTheirSlots() throws Exception {
    String first = submitTicker("first", 2);
    String second = submitTicker("second", 2);
    awaitState(first, "RUNNING");
    awaitState(second, "RUNNING");
    awaitFreeSlots(0);
    assertThat(installation.run("stellwerk", "list").ok().out()).contains(first).contains(second);
    installation.run("stellwerk", "cancel", first).ok();
    awaitState(first, "CANCELED");
    awaitFreeSlots(2);
    assertThat(installation.rest().jobState(second)).isEqualTo("RUNNING");
    installation.run("stellwerk", "cancel", second).ok();
    awaitState(second, "CANCELED");
    awaitFreeSlots(4);
  }

  @Test
  @Order(2)
  void tenJobsInARowLeakNothing() throws Exception {
    Path input = Files.writeString(directory.resolve("in.txt"), "a b a\nc a b\n");
    runWordCount(input, 0);
    List<Long> taskManagers = installation.pids("taskmanager");
    awaitFreeSlots(4);
    int threads = threads(taskManagers);
    for (int i = 1; i <= 10; i++) {
      runWordCount(input, i);
    }
    awaitFreeSlots(4);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(threads(taskManagers))
                    .as("threads of the TaskManagers")
                    .isLessThanOrEqualTo(threads + 4));
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> {
              for (long pid : taskManagers) {
                assertThat(userClassLoaders(pid)).as("class loaders of jobs").isZero();
              }
            });
  }

  @Test
  @Order(3)
  void theJobOfAKilledTaskManagerGoesOnAsSoonAsThereAreSlots() throws Exception {
    String job = submitTicker("killed", 4);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(runningSubtasks(job)).isEqualTo(8));
    long victim = installation.pids("taskmanager").get(0);
    ProcessHandle.of(victim).orElseThrow().destroyForcibly();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(installation.rest().taskManagers()).isEqualTo(1));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        installation
                            .rest()
                            .get("/jobs/" + job + "/exceptions")
                            .get("root-exception")
                            .asText())
                    .contains("TaskManager")
                    .containsPattern("localhost|127\\.0\\.0\\.1"));
    installation.run("taskmanager.sh", "start").ok();
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(runningSubtasks(job)).isEqualTo(8));
    assertThat(installation.rest().jobState(job)).isEqualTo("RUNNING");
    installation.run("stellwerk", "cancel", job).ok();
    awaitState(job, "CANCELED");
    awaitFreeSlots(4);
    runWordCount(Files.writeString(directory.resolve("again.txt"), "x y x\n"), 100);
  }

  @Test
  @Order(4)
  void newLeaderRestartsStoredJobsAndKnowsThoseThatAreOver() throws Exception {
    runWordCount(Files.writeString(directory.resolve("over.txt"), "a b\n"), 200);
    String over = newestJob();
    JsonNode before = installation.rest().get("/jobs/" + over);
    String job = submitTicker("recovered", 4);
    awaitState(job, "RUNNING");
    ProcessHandle.of(installation.pids("jobmanager").get(0)).orElseThrow().destroyForcibly();
    await().atMost(PATIENCE).until(() -> installation.pids("jobmanager").isEmpty());
    installation.run("jobmanager.sh", "start").ok();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(installation.rest().jobState(job)).isEqualTo("RUNNING"));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode after = installation.rest().get("/jobs/" + over);
              for (String field : List.of("start-time", "end-time", "state", "vertices", "plan")) {
                assertThat(after.get(field)).as(field).isEqualTo(before.get(field));
              }
              assertThat(newestJob()).as("listed by start time").isIn(job, over);
            });
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(runningSubtasks(job)).isEqualTo(8));
    installation.run("stellwerk", "cancel", job).ok();
    awaitState(job, "CANCELED");
    awaitFreeSlots(4);
  }

  @Test
  @Order(5)
  void anUploadedJarRunsInAProcessOfItsOwn() throws Exception {
    String run = "/jars/" + installation.rest().upload(Installation.EXAMPLES) + "/run";
    String wide = "\"entryClass\":\"org.stellwerk.examples.Wide\",\"programArgs\":";
    String job = installation.rest().post(run, "{" + wide + "\"--width 4\"}").get("jobid").asText();
    awaitState(job, "RUNNING");
    installation.run("stellwerk", "cancel", job).ok();
    for (String refused : List.of("\"--width 50\"", "\"--width x\"", "\"\"")) {
      assertThat(installation.rest().post(run, "{" + wide + refused + "}").get("errors"))
          .singleElement()
          .satisfies(line -> assertThat(line.asText()).isNotBlank().doesNotContain("\n"));
    }
    awaitFreeSlots(4);
  }

  @Test
  @Order(6)
  void withoutZooKeeperJobsGoOnAndSubmissionsWait() throws Exception {
    String before = submitTicker("before", 2);
    awaitState(before, "RUNNING");
    long running = installation.rest().get("/jobs/" + before).get("start-time").asLong();
    ProcessHandle.of(installation.pids("zookeeper").get(0)).orElseThrow().destroyForcibly();
    await().atMost(PATIENCE).until(() -> installation.pids("zookeeper").isEmpty());
    Process submission = installation.start("stellwerk", ticker("meanwhile", 2));
    assertThat(installation.rest().jobState(before)).isEqualTo("RUNNING");
    assertThat(installation.rest().get("/jobs/" + before).get("start-time").asLong())
        .as("not restarted")
        .isEqualTo(running);
    installation.run("zookeeper.sh", "start").ok();
    String meanwhile = jobId(installation.await(submission).ok());
    // If the leader's session has expired, the next one starts the jobs again and answers then.
    for (String job : List.of(before, meanwhile)) {
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(installation.rest().jobState(job)).isEqualTo("RUNNING"));
    }
    for (String job : List.of(before, meanwhile)) {
      installation.run("stellwerk", "cancel", job).ok();
      awaitState(job, "CANCELED");
    }
  }

  private static String newestJob() throws Exception {
    JsonNode jobs = installation.rest().get("/jobs/overview").get("jobs");
    return jobs.get(jobs.size() - 1).get("jid").asText();
  }

  private static long runningSubtasks(String job) throws Exception {
    long running = 0;
    for (var vertex : installation.rest().get("/jobs/" + job).get("vertices")) {
      running += vertex.get("tasks").get("RUNNING").asInt();
    }
    return running;
  }

  private static void runWordCount(Path input, int number) throws Exception {
    Path output = directory.resolve("count-" + number);
    installation
        .run(
            "stellwerk",
            "run",
            "-p",
            "4",
            Installation.EXAMPLES.toString(),
            "--input",
            input.toString(),
            "--output",
            output.toString())
        .ok();
  }

  private static int threads(List<Long> pids) throws Exception {
    int threads = 0;
    for (long pid : pids) {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("Threads:")) {
          threads += Integer.parseInt(line.substring(8).trim());
        }
      }
    }
    return threads;
  }

  private static long userClassLoaders(long pid) throws Exception {
    Process gc = jcmd(pid, "GC.run");
    gc.inputReader().transferTo(java.io.Writer.nullWriter());
    gc.waitFor();
    Process stats = jcmd(pid, "VM.classloader_stats");
    try (var reader = stats.inputReader()) {
      return reader.lines().filter(line -> line.contains("org.stellwerk.runtime.runner")).count();
    }
  }

  private static Process jcmd(long pid, String command) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            String.valueOf(pid),
            command)
        .redirectErrorStream(true)
        .start();
  }
}
