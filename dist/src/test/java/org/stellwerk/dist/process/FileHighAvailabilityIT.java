package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster without ZooKeeper whose two JobManagers contend for a file. */
final class FileHighAvailabilityIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  @Test
  void theStandbyTakesTheJobsOfAKilledLeaderUp() throws Exception {
    try (Installation installation = Installation.create(directory, 1)) {
      installation.replace("config.yaml", "type: zookeeper", "type: file");
      installation.withStandby().startCluster();
      assertThat(installation.pids("zookeeper")).isEmpty();
      assertThat(installation.pids("jobmanager")).hasSize(2);
      String submitted =
          installation
              .run(
                  "stellwerk",
                  "run",
                  "-d",
                  "-c",
                  "org.stellwerk.examples.Wide",
                  Installation.EXAMPLES.toString(),
                  "--width",
                  "2")
              .ok()
              .out();
      String job = submitted.replaceAll("(?s).*Job ID: ([0-9a-f]{32}).*", "$1");

      ProcessHandle.of(leader()).orElseThrow().destroyForcibly();
      await().atMost(PATIENCE).until(() -> installation.pids("jobmanager").size() == 1);

      long standby = installation.pids("jobmanager").get(0);
      await().atMost(PATIENCE).until(() -> leader() == standby);
      int port = new JobManagers(installation).restPort(standby);
      RestProbe rest = new RestProbe(port);
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(rest.jobState(job)).isEqualTo("RUNNING"));
      String address = "localhost:" + port;
      assertThat(installation.run("stellwerk", "list", "-m", address).ok().out()).contains(job);
      installation.run("stellwerk", "cancel", "-m", address, job).ok();
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(rest.jobState(job)).isEqualTo("CANCELED"));
    }
  }

  /** The process that has published itself; -1 while none has. */
  private long leader() throws Exception {
    Path file = directory.resolve("data/ha/default/leader");
    return Files.exists(file)
        ? Long.parseLong(Files.readString(file).replaceAll("(?s)process ([0-9]+) .*", "$1"))
        : -1;
  }
}
