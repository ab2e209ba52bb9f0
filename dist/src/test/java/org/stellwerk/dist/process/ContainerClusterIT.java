package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.examples.TickLog;

/**
 * The product's image and the compose file for a whole cluster: its leader's container is killed.
 */
final class ContainerClusterIT {

  private static final int PAIRS = 4;

  /** Of each of the three TaskManagers; so each has a sink. */
  private static final int SLOTS = 2;

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir Path directory;

  @Test
  void aJobOutlivesTheContainerOfTheLeader() throws Exception {
    try (Installation installation = Installation.create(directory, 1);
        ContainerCluster cluster = ContainerCluster.startOrSkip(installation, SLOTS)) {
      int leader = cluster.leader();
      Path ticks = directory.resolve("ticks");
      TickerJob job =
          TickerJob.of(
              cluster.stellwerk(
                  TickerJob.command(PAIRS, "examples/stellwerk-examples.jar", "/tmp/ticks")),
              ticks,
              PAIRS);
      job.awaitRunning(cluster.rest(leader));
      List<String> before = job.subtasks(cluster.rest(leader));

      cluster.kill(leader);

      RestProbe standby = cluster.rest(3 - leader);
      job.awaitRunning(standby);
      assertThat(cluster.stellwerk("list")).contains(job.id());
      assertThat(cluster.stellwerk("cancel", job.id())).contains("Cancelled job");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(standby.jobState(job.id())).isEqualTo("CANCELED"));
      cluster.copyOfTaskManagers("/tmp/ticks", ticks);
      assertThat(TickLog.read(ticks, PAIRS).sources()).hasSize(PAIRS);
      job.assertUntouched(
          before.stream().map(task -> task.replace("RUNNING", "CANCELED")).toList(), standby);
    }
  }
}
