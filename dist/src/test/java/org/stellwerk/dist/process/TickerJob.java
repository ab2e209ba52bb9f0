package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.stellwerk.examples.TickLog;

/** A ticker on an installation, and whether a fault has touched it. */
final class TickerJob {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String jobId;
  private final Path output;
  private final int pairs;

  private TickerJob(String jobId, Path output, int pairs) {
    this.jobId = jobId;
    this.output = output;
    this.pairs = pairs;
  }

  /** Submits it with as many sources as sinks; returns when all its sources have been heard of. */
  static TickerJob submit(Installation installation, int pairs) throws Exception {
    Path output = installation.directory.resolve("ticks");
    String out =
        installation
            .run("stellwerk", command(pairs, Installation.EXAMPLES.toString(), output.toString()))
            .ok()
            .out();
    TickerJob job = of(out, output, pairs);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(job.log().sources()).hasSize(pairs));
    job.awaitRunning(installation.rest());
    return job;
  }

  /** What the command line is told. */
  static String[] command(int pairs, String jar, String output) {
    String count = String.valueOf(pairs);
    return ("run -d -c org.stellwerk.examples.Ticker %s --sources %s --sinks %s --interval-ms 10"
            + " --output %s")
        .formatted(jar, count, count, output)
        .split(" ");
  }

  /** The job of which the command line has said this. */
  static TickerJob of(String out, Path output, int pairs) {
    String jobId = out.replaceAll("(?s).*Job ID: ([0-9a-f]{32}).*", "$1");
    return new TickerJob(jobId, output, pairs);
  }

  /** The job of the same id in another cluster. */
  TickerJob elsewhere(Path otherOutput) {
    return new TickerJob(jobId, otherOutput, pairs);
  }

  String id() {
    return jobId;
  }

  TickLog log() throws Exception {
    return TickLog.read(output, pairs);
  }

  /** Every subtask with its attempt and state, such as "source 0 #0 RUNNING". */
  List<String> subtasks(RestProbe rest) throws Exception {
    List<String> subtasks = new ArrayList<>();
    for (JsonNode vertex : rest.get("/jobs/" + jobId).get("vertices")) {
      String path = "/jobs/" + jobId + "/vertices/" + vertex.get("id").asText();
      for (JsonNode subtask : rest.get(path).get("subtasks")) {
        subtasks.add(
            "%s %d #%d %s"
                .formatted(
                    vertex.get("name").asText(),
                    subtask.get("subtask").asInt(),
                    subtask.get("attempt").asInt(),
                    subtask.get("status").asText()));
      }
    }
    return subtasks;
  }

  void awaitRunning(RestProbe rest) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              assertThat(rest.jobState(jobId)).isEqualTo("RUNNING");
              assertThat(subtasks(rest))
                  .hasSize(2 * pairs)
                  .allSatisfy(subtask -> assertThat(subtask).endsWith("RUNNING"));
            });
  }

  /** Waits until every source has been heard of for some more records than it had been. */
  void awaitProgress() throws Exception {
    long now = System.currentTimeMillis();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(log().largestGapMs(now, now + 2_000)).isLessThan(2_000));
  }

  /** Asserts that no source began anew and that no record is missing or double. */
  void assertUntouched(List<String> subtasksBefore, RestProbe rest) throws Exception {
    assertThat(subtasks(rest)).isEqualTo(subtasksBefore);
    TickLog log = log();
    for (int source : log.sources()) {
      assertThat(log.restarts(source)).as("restarts of source %d", source).isZero();
      assertThat(log.lost(source)).as("lost records of source %d", source).isZero();
      assertThat(log.writtenTwice(source)).as("double records of source %d", source).isZero();
    }
  }
}
