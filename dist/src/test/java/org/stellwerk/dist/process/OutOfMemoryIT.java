package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TaskManagers whose heap a task really fills. */
final class OutOfMemoryIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int FAULT = 2;

  @TempDir private Path directory;
  private Installation installation;
  private final List<Process> taskManagers = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    installation.close();
    taskManagers.forEach(Process::destroyForcibly);
  }

  private static void soon(ThrowingRunnable assertion) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .untilAsserted(assertion);
  }

  private Process startTaskManager(String name) throws IOException {
    Process process =
        installation.start(
            "taskmanager.sh", "start-foreground", "-D", "taskmanager.resource-id=" + name);
    taskManagers.add(process);
    return process;
  }

  private static Path jarOf(Class<?> type, Path jar) throws IOException {
    String entry = type.getName().replace('.', '/') + ".class";
    try (InputStream code = Objects.requireNonNull(type.getResourceAsStream("/" + entry));
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry(entry));
      code.transferTo(out);
    }
    return jar;
  }

  private String submit() throws Exception {
    Path jar = jarOf(HungryJob.class, directory.resolve("hungry.jar"));
    installation
        .run("stellwerk", "run", "-d", "-c", HungryJob.class.getName(), jar.toString())
        .ok();
    return installation.rest().get("/jobs/overview").get("jobs").get(0).get("jid").asText();
  }

  private List<String> incidents(String job) throws Exception {
    return installation
        .rest()
        .get("/jobs/" + job + "/exceptions")
        .get("exceptionHistory")
        .get("entries")
        .findValuesAsText("stacktrace");
  }

  @Test
  void whoRunsOutOfMemoryEndsAndSaysWhyAndTheTaskGoesOnElsewhere() throws Exception {
    installation = Installation.create(directory, 1);
    installation.configure("taskmanager.memory.heap.size", "64 mb");
    installation.run("zookeeper.sh", "start").ok();
    installation.run("jobmanager.sh", "start").ok();

    Process first = startTaskManager("first");
    String job = submit();
    Installation.Outcome end = installation.await(first);
    assertThat(end.exitCode()).as(end.toString()).isEqualTo(FAULT);
    assertThat(end.err()).contains("ends because of a fault: OutOfMemoryError: Java heap space");
    assertThat(end.out()).contains("TaskManager ends because of a fault.");
    soon(() -> assertThat(installation.rest().taskManagers()).isZero());
    assertThat(incidents(job))
        .as("what the first attempt asked for harmed none but itself")
        .anyMatch(text -> text.contains("OutOfMemoryError: Requested array size exceeds VM limit"))
        .anyMatch(
            text ->
                text.contains("TaskManager first")
                    && text.contains("ends because of a fault: OutOfMemoryError: Java heap space"))
        .hasSize(2);

    Process second = startTaskManager("second");
    assertThat(installation.await(second).exitCode()).as("not a byte left").isEqualTo(FAULT);

    startTaskManager("third");
    soon(() -> assertThat(installation.rest().taskManagersOf(job)).hasToString("[[third]]"));
    soon(() -> assertThat(installation.rest().jobState(job)).isEqualTo("RUNNING"));
  }
}
