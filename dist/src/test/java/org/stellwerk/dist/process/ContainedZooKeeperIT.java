package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster whose ZooKeeper is in a container that pauses, and is started again: nothing notices.
 */
final class ContainedZooKeeperIT {

  private static final Duration PAUSE = Duration.ofSeconds(10);

  @TempDir Path directory;

  @Test
  void tasksOutliveAPauseAndARestartOfZooKeeper() throws Exception {
    try (Installation installation = Installation.create(directory, 1);
        ContainedZooKeeper zooKeeper = ContainedZooKeeper.startOrSkip(installation.zooKeeperPort)) {
      installation.replace("config.yaml", "numberOfTaskSlots: 2", "numberOfTaskSlots: 4");
      installation.withStandby().startCluster();
      assertThat(installation.pids("zookeeper")).as("processes beside the container").isEmpty();
      RestProbe rest = installation.rest();
      TickerJob job = TickerJob.submit(installation, 4);
      List<String> before = job.subtasks(rest);

      zooKeeper.pause();
      await()
          .atMost(PAUSE.multipliedBy(2))
          .during(PAUSE)
          .untilAsserted(() -> assertThat(rest.jobState(job.id())).isEqualTo("RUNNING"));
      zooKeeper.goOn();
      assertUntouched(job, before, rest);

      zooKeeper.restart();
      assertUntouched(job, before, rest);
      installation.run("stellwerk", "cancel", job.id()).ok();
    }
  }

  private static void assertUntouched(TickerJob job, List<String> before, RestProbe rest)
      throws Exception {
    job.awaitProgress();
    job.awaitRunning(rest);
    job.assertUntouched(before, rest);
  }
}
