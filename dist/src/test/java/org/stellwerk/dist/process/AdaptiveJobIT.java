package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An adaptive job on a cluster whose TaskManagers, of two slots each, come and go. */
final class AdaptiveJobIT {

  private static final Pattern JOB_ID = Pattern.compile("(?m)^Job ID: ([0-9a-f]{32})$");
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String PREFIX = "jobmanager.adaptive-scheduler.";

  @TempDir Path directory;
  private Installation installation;

  @AfterEach
  void stop() throws Exception {
    installation.close();
  }

  @Test
  void aJobHasAsManyTasksAsThereAreSlotsFor() throws Exception {
    installation = Installation.create(directory, 1);
    installation.configure("jobmanager.scheduler", "adaptive");
    installation.configure(PREFIX + "submission.resource-stabilization-timeout", "500 ms");
    installation.configure(PREFIX + "executing.resource-stabilization-timeout", "500 ms");
    installation.configure(PREFIX + "executing.cooldown-after-rescaling", "500 ms");
    installation.startCluster();
    String jobId = submitTicker(4);
    awaitRunningTasks(jobId, 4);

    installation.run("taskmanager.sh", "start").ok();
    awaitRunningTasks(jobId, 8);

    installation.rest().put(path(jobId), bounds(jobId, 1, 3));
    awaitRunningTasks(jobId, 6);
    assertThat(installation.rest().get(path(jobId)).toString()).isEqualTo(bounds(jobId, 1, 3));

    assertThat(installation.run("stellwerk", "rescale", jobId, "source=1", "snk=1").err())
        .isEqualTo(
            "Job %s has no vertex 'snk'; did you mean 'sink'? Its vertices are source, sink.\n",
            jobId);
    assertThat(installation.run("stellwerk", "rescale", jobId, "source=1", "sink=2-4").ok().out())
        .isEqualTo(
            "Job %s has new bounds of its parallelism:\n  source : 1 to 1\n  sink : 2 to 4\n",
            jobId);
    awaitRunningTasks(jobId, 5);
    installation.run("stellwerk", "rescale", jobId, "source=3", "sink=1-3").ok();
    awaitRunningTasks(jobId, 6);

    List<Long> taskManagers = installation.pids("taskmanager");
    assertThat(taskManagers).hasSize(2);
    ProcessHandle.of(taskManagers.get(0)).ifPresent(ProcessHandle::destroyForcibly);
    awaitRunningTasks(jobId, 4);

    installation.run("stellwerk", "cancel", jobId).ok();
    assertThat(installation.rest().jobState(jobId)).isEqualTo("CANCELED");
  }

  private static String path(String jobId) {
    return "/jobs/" + jobId + "/resource-requirements";
  }

  private String bounds(String jobId, int lower, int upper) throws Exception {
    StringBuilder body = new StringBuilder();
    for (JsonNode vertex : installation.rest().get("/jobs/" + jobId).get("vertices")) {
      body.append(body.isEmpty() ? "{" : ",")
          .append(
              "\"%s\":{\"parallelism\":{\"lowerBound\":%d,\"upperBound\":%d}}"
                  .formatted(vertex.get("id").asText(), lower, upper));
    }
    return body.append('}').toString();
  }

  private String submitTicker(int parallelism) throws Exception {
    String count = String.valueOf(parallelism);
    Installation.Outcome run =
        installation
            .run(
                "stellwerk",
                "run",
                "-d",
                "-c",
                "org.stellwerk.examples.Ticker",
                Installation.EXAMPLES.toString(),
                "--sources",
                count,
                "--sinks",
                count,
                "--interval-ms",
                "20",
                "--output",
                directory.resolve("ticks").toString())
            .ok();
    Matcher matcher = JOB_ID.matcher(run.out());
    assertThat(matcher.find()).as(run.out()).isTrue();
    return matcher.group(1);
  }

  private void awaitRunningTasks(String jobId, int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              JsonNode job = installation.rest().get("/jobs/overview").get("jobs").get(0);
              assertThat(job.get("jid").asText()).isEqualTo(jobId);
              assertThat(job.get("tasks").get("running").asInt())
                  .as(() -> "running tasks of " + job + installation.logs())
                  .isEqualTo(count);
              assertThat(job.get("tasks").get("total").asInt()).isEqualTo(count);
            });
  }
}
