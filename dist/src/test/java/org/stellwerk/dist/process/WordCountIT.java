package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The word count, from the scripts to the files, against an independent count of the same text. */
final class WordCountIT {

  @TempDir Path directory;

  @Test
  void countsEqualThoseOfAnIndependentTool() throws Exception {
    try (Installation installation = Installation.create(directory, 2)) {
      installation.startCluster();
      Path output = directory.resolve("out");
      Installation.Outcome run =
          installation
              .run(
                  "stellwerk",
                  "run",
                  "-p",
                  "4",
                  Installation.EXAMPLES.toString(),
                  "--input",
                  Installation.TEXT.toString(),
                  "--output",
                  output.toString())
              .ok();
      assertThat(run.out()).contains("FINISHED");
      assertThat(counts(output)).isEqualTo(independentCounts());

      String jobId =
          installation.rest().get("/jobs/overview").get("jobs").get(0).get("jid").asText();
      for (List<String> vertex : installation.rest().taskManagersOf(jobId)) {
        assertThat(vertex).as("subtasks of a vertex").hasSize(4);
        assertThat(new HashSet<>(vertex)).as("TaskManagers of a vertex").hasSize(2);
      }
    }
  }

  @Test
  void aStagedJobRunsInFewerSlotsAndMakesAgainWhatALostTaskManagerHad() throws Exception {
    try (Installation installation = Installation.create(directory, 2)) {
      installation.startCluster();
      Path output = directory.resolve("out");
      String jobId = submitStaged(installation, output);
      await()
          .atMost(Duration.ofMinutes(1))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> finishedWords(installation, jobId) >= 2);
      long victim = installation.pids("taskmanager").get(0);
      ProcessHandle.of(victim).orElseThrow().destroyForcibly();
      installation.run("taskmanager.sh", "start").ok();
      await()
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(100))
          .untilAsserted(
              () ->
                  assertThat(installation.rest().jobState(jobId))
                      .as(installation::logs)
                      .isEqualTo("FINISHED"));
      assertThat(counts(output)).isEqualTo(independentCounts());
      assertThat(installation.rest().get("/jobs/" + jobId + "/exceptions").toString())
          .contains("TaskManager");
    }
  }

  /** Eight subtasks of each vertex for a cluster of four slots. */
  private static String submitStaged(Installation installation, Path output) throws Exception {
    Installation.Outcome run =
        installation
            .run(
                "stellwerk",
                "run",
                "-d",
                "-p",
                "8",
                Installation.EXAMPLES.toString(),
                "--input",
                Installation.TEXT.toString(),
                "--output",
                output.toString(),
                "--staged")
            .ok();
    Matcher id = Pattern.compile("[0-9a-f]{32}").matcher(run.out());
    assertThat(id.find()).as(run.out()).isTrue();
    return id.group();
  }

  /** How many subtasks of the first stage have finished. */
  private static int finishedWords(Installation installation, String jobId) throws Exception {
    for (JsonNode vertex : installation.rest().get("/jobs/" + jobId).get("vertices")) {
      if (vertex.get("name").asText().equals("words")) {
        return vertex.get("tasks").get("FINISHED").asInt();
      }
    }
    throw new AssertionError("Job " + jobId + " has no vertex 'words'");
  }

  @Test
  void demoEndsWellAndLeavesNothingRunning() throws Exception {
    try (Installation installation = Installation.create(directory, 2)) {
      Installation.Outcome demo = installation.run("demo.sh").ok();
      assertThat(demo.out()).contains("63919  the").contains("FINISHED").contains("Output: ");
      for (String role : List.of("jobmanager", "taskmanager", "zookeeper")) {
        assertThat(installation.pids(role)).as(role).isEmpty();
      }
    }
  }

  private static Map<String, Long> counts(Path output) throws IOException {
    Map<String, Long> counts = new TreeMap<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.toList()) {
        for (String line : Files.readAllLines(file)) {
          String[] parts = line.split(" ");
          assertThat(counts.put(parts[0], Long.valueOf(parts[1])))
              .as("'%s' is counted by one subtask only", parts[0])
              .isNull();
        }
      }
    }
    return counts;
  }

  private static Map<String, Long> independentCounts() throws Exception {
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                "export LC_ALL=C; tr 'A-Z' 'a-z' <'"
                    + Installation.TEXT
                    + "' | grep -oE '[a-z]+' | sort | uniq -c")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> lines = new ArrayList<>();
    try (var reader = process.inputReader()) {
      reader.lines().forEach(lines::add);
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    Map<String, Long> counts = new TreeMap<>();
    for (String line : lines) {
      String[] parts = line.trim().split(" ");
      counts.put(parts[1], Long.valueOf(parts[0]));
    }
    assertThat(counts).hasSizeGreaterThan(10_000);
    return counts;
  }
}
