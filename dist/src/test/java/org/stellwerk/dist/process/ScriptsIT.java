package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts' books: what they find again, what they tidy up, what they leave behind. */
final class ScriptsIT {

  /** Through a link to a script, with two JobManagers on this host, over the ruins of a crash. */
  @Test
  void severalJobManagersRestartAfterACrashAndNothingIsLeft(@TempDir Path directory)
      throws Exception {
    try (Installation installation = Installation.create(directory, 1)) {
      int second = Installation.freePorts(1).get(0);
      Files.writeString(
          directory.resolve("conf/masters"),
          "# two\n\n localhost:" + installation.restPort + " # one\nlocalhost:" + second + "\n");
      Path link =
          Files.createSymbolicLink(
              directory.resolve("start"), Installation.HOME.resolve("bin/start-cluster.sh"));
      installation.run(link.toString()).ok();
      assertThat(new RestProbe(second).taskManagers()).isEqualTo(1);
      assertThat(installation.pids("jobmanager")).hasSize(2);
      Installation.Outcome twice =
          installation.run("jobmanager.sh", "start", "-D", "rest.port=" + second);
      assertThat(twice.errorLines()).singleElement().asString().contains("running already");
      List<Long> killed = killAll(installation);
      installation.run("start-cluster.sh").ok();
      assertThat(Files.readAllLines(installation.pidFile("taskmanager")))
          .hasSize(1)
          .doesNotContain(String.valueOf(killed.get(0)));
      installation.run("stop-cluster.sh").ok();
      assertThat(names(directory.resolve("run"))).isEmpty();
      long leftByTheKilled = killed.size() - 1L;
      assertThat(names(directory.resolve("tmp"))).hasSizeLessThanOrEqualTo((int) leftByTheKilled);
    }
  }

  @Test
  void aProcessInTheForegroundIsTheScriptsAndEndsAsAsked(@TempDir Path directory) throws Exception {
    try (Installation installation = Installation.create(directory, 1)) {
      Process jobManager =
          installation.start(
              "jobmanager.sh", "start-foreground", "-D", "high-availability.type=none");
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(() -> installation.rest().taskManagers() == 0);
      jobManager.destroy();
      assertThat(jobManager.waitFor()).isZero();
      assertThat(names(directory.resolve("tmp"))).isEmpty();
      assertThat(directory.resolve("run")).doesNotExist();
    }
  }

  /** Archives fit the place of their jars; those of a copy are made at its first stop. */
  @Test
  void aCopyElsewhereStartsWithClassArchivesFromTheSecondTimeOn(@TempDir Path directory)
      throws Exception {
    Path copy = directory.resolve("a copy's place");
    Process copying =
        new ProcessBuilder("cp", "-r", Installation.HOME.toString(), copy.toString()).start();
    assertThat(copying.waitFor()).isZero();
    assertThatFailingToMakeArchivesLosesNone(copy);
    String script = copy.resolve("bin/zookeeper.sh").toString();
    try (Installation installation = Installation.create(directory, 1)) {
      for (boolean withArchive : List.of(false, true)) {
        installation.run(script, "start").ok();
        long pid = installation.pids("zookeeper").get(0);
        assertThat(Files.readString(Path.of("/proc/" + pid + "/cmdline")))
            .contains(withArchive ? "-XX:SharedArchiveFile=" : "-XX:ArchiveClassesAtExit=");
        installation.run(script, "stop").ok();
      }
      assertThat(names(copy.resolve("lib")))
          .noneMatch(name -> name.endsWith(".new"))
          .filteredOn(name -> name.startsWith("stellwerk-zookeeper"))
          .hasSize(1);
    }
  }

  private static void assertThatFailingToMakeArchivesLosesNone(Path copy) throws Exception {
    List<String> before = names(copy.resolve("lib"));
    Path config = copy.resolve("conf/config.yaml");
    String good = Files.readString(config);
    Files.writeString(config, good + "taskmanager.numberOfTaskSlot: 3\n");
    Process failing =
        new ProcessBuilder(copy.resolve("bin/class-archives.sh").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(failing.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(failing.waitFor()).as(said).isNotZero();
    assertThat(said).contains("'taskmanager.numberOfTaskSlots'");
    assertThat(names(copy.resolve("lib"))).containsExactlyInAnyOrderElementsOf(before);
    assertThat(before).filteredOn(name -> name.endsWith(".jsa")).isNotEmpty();
    Files.writeString(config, good);
  }

  private static List<Long> killAll(Installation installation) {
    List<Long> pids =
        Stream.of("taskmanager", "jobmanager", "zookeeper")
            .flatMap(role -> installation.pids(role).stream())
            .toList();
    for (long pid : pids) {
      ProcessHandle.of(pid)
          .ifPresent(
              process -> {
                process.destroyForcibly();
                process.onExit().join();
              });
    }
    return pids;
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }
}
