package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kill the leader, lose nothing: its tasks go on under the standby, as the attempts they were. */
final class LeaderFailoverIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  @Test
  void tasksOutliveAKilledLeader() throws Exception {
    try (Installation installation = Installation.create(directory, 1)) {
      installation.replace("config.yaml", "numberOfTaskSlots: 2", "numberOfTaskSlots: 4");
      installation.withStandby().startCluster();
      TickerJob job = TickerJob.submit(installation, 4);
      List<String> before = job.subtasks(installation.rest());
      JobManagers jobManagers = new JobManagers(installation);
      long leader = jobManagers.leader();
      long standby =
          installation.pids("jobmanager").stream()
              .filter(pid -> pid != leader)
              .findFirst()
              .orElseThrow();

      ProcessHandle.of(leader).orElseThrow().destroyForcibly();

      int port = jobManagers.restPort(standby);
      RestProbe rest = new RestProbe(port);
      await().atMost(PATIENCE).until(() -> jobManagers.leader() == standby);
      job.awaitRunning(rest);
      job.awaitProgress();
      job.assertUntouched(before, rest);
      String address = "localhost:" + port;
      assertThat(installation.run("stellwerk", "list", "-m", address).ok().out())
          .contains(job.id());
      installation.run("stellwerk", "cancel", "-m", address, job.id()).ok();
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(rest.jobState(job.id())).isEqualTo("CANCELED"));
    }
  }
}
