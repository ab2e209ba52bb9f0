package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TaskManagers that are drained, or asked to end, under a running job. */
final class DrainIT {

  private static final Pattern JOB_ID = Pattern.compile("(?m)^Job ID: ([0-9a-f]{32})$");
  private static final String LEAVING = "leaving";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path directory;
  private Installation installation;
  private String job;

  @BeforeEach
  void start() throws Exception {
    installation = Installation.create(directory, 2).startCluster();
    installation.run("taskmanager.sh", "start", "-D", "taskmanager.resource-id=" + LEAVING).ok();
    soon(() -> assertThat(installation.rest().taskManagers()).isEqualTo(3));
    job = submitTicker();
    soon(() -> assertThat(runningSubtasks()).isEqualTo(6));
    assertThat(places()).contains(LEAVING);
  }

  @AfterEach
  void stop() throws Exception {
    installation.close();
  }

  private static void soon(ThrowingRunnable assertion) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .untilAsserted(assertion);
  }

  private String submitTicker() throws Exception {
    Matcher matcher =
        JOB_ID.matcher(
            installation
                .run(
                    "stellwerk",
                    "run",
                    "-d",
                    "-c",
                    "org.stellwerk.examples.Ticker",
                    Installation.EXAMPLES.toString(),
                    "--sources",
                    "3",
                    "--sinks",
                    "3",
                    "--interval-ms",
                    "20",
                    "--output",
                    directory.resolve("ticks").toString())
                .ok()
                .out());
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  private long runningSubtasks() throws Exception {
    long running = 0;
    for (JsonNode vertex : installation.rest().get("/jobs/" + job).get("vertices")) {
      running += vertex.get("tasks").get("RUNNING").asInt();
    }
    return running;
  }

  private List<String> places() throws Exception {
    return installation.rest().taskManagersOf(job).stream().flatMap(List::stream).toList();
  }

  private JsonNode incidents() throws Exception {
    return installation
        .rest()
        .get("/jobs/" + job + "/exceptions")
        .get("exceptionHistory")
        .get("entries");
  }

  private void endLeaving() {
    List<Long> pids = installation.pids("taskmanager");
    ProcessHandle.of(pids.get(pids.size() - 1)).orElseThrow().destroy();
  }

  @Test
  void aDrainedTaskManagerEndsWithoutCostingATask() throws Exception {
    assertThat(installation.run("stellwerk", "taskmanagers").ok().out())
        .contains(LEAVING + " : 2 slots, 1 free : OPEN");
    assertThat(installation.run("stellwerk", "drain", LEAVING).ok().out())
        .contains("Drained TaskManager " + LEAVING);
    assertThat(installation.rest().get("/taskmanagers/" + LEAVING).get("availability").asText())
        .isEqualTo("DRAINED");
    soon(() -> assertThat(runningSubtasks()).isEqualTo(6));
    assertThat(places()).doesNotContain(LEAVING);
    assertThat(incidents()).hasSize(1);
    assertThat(incidents().get(0).get("stacktrace").asText()).contains("is being drained");

    endLeaving();
    soon(() -> assertThat(installation.rest().taskManagers()).isEqualTo(2));
    assertThat(runningSubtasks()).isEqualTo(6);
    assertThat(incidents()).as("incidents").hasSize(1);
    Installation.Outcome unknown = installation.run("stellwerk", "drain", LEAVING);
    assertThat(unknown.exitCode()).isEqualTo(1);
    assertThat(unknown.errorLines()).singleElement().asString().contains("no TaskManager leaving");
  }

  @Test
  void aTaskManagerThatIsAskedToEndSaysGoodbye() throws Exception {
    endLeaving();
    soon(() -> assertThat(installation.rest().taskManagers()).isEqualTo(2));
    soon(() -> assertThat(runningSubtasks()).isEqualTo(6));
    assertThat(places()).doesNotContain(LEAVING);
    assertThat(incidents()).hasSize(1);
    assertThat(incidents().get(0).get("stacktrace").asText())
        .contains("TaskManager " + LEAVING)
        .contains("has left: it was asked to end");
  }
}
