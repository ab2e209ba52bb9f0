package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
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
