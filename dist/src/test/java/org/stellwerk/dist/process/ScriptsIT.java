package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
