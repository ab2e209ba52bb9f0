package org.stellwerk.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.io.DataExchange;
import org.stellwerk.runtime.jobgraph.ShipStrategy;

@Timeout(120)
class WideJobTest {

  private static final int WIDTH = 200;

  @TempDir Path directory;

  @Test
  void idleChannelsHoldNoBufferAndAllShareOneConnection() throws Exception {
    try (TestRunners runners = new TestRunners(directory).start(2)) {
      long before = usedHeap();
      TestJob job =
          runners
              .job()
              .vertex("source", WIDTH, Invokables.Idle.class)
              .vertex("sink", WIDTH, Invokables.Sink.class)
              .edge("source", "sink", ShipStrategy.HASH)
              .deployAll();
      for (var runner : runners.all) {
        DataExchange exchange = runner.exchange();
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> exchange.openRemoteChannels() == WIDTH * WIDTH / 2);
        await().until(() -> exchange.connections() == 1);
        assertThat(exchange.bufferedBytes()).isZero();
      }
      assertThat(usedHeap() - before)
          .as("heap of %d channels of two TaskManagers", WIDTH * WIDTH)
          .isLessThan(10L << 20);
      job.cancelAll();
      job.awaitAll();
      assertThat(job.ends()).containsExactly("CANCELED");
      for (var runner : runners.all) {
        await().until(() -> runner.exchange().openRemoteChannels() == 0);
      }
    }
  }

  @Test
  void memoryIsBoundedHoweverManyChannelsAreFull() throws Exception {
    try (TestRunners runners = new TestRunners(directory).start(2)) {
      TestJob job =
          runners
              .job()
              .vertex("source", 60, Invokables.Source.class, "count", "1000000000", "size", "100")
              .vertex("sink", 60, Invokables.Idle.class)
              .edge("source", "sink", ShipStrategy.REBALANCE)
              .deployAll();
      for (var runner : runners.all) {
        DataExchange exchange = runner.exchange();
        await()
            .during(Duration.ofMillis(500))
            .atMost(Duration.ofSeconds(30))
            .until(() -> exchange.bufferedBytes() > 1 << 20);
        assertThat(exchange.bufferedBytes()).isLessThan(16 << 20);
      }
      job.cancelAll();
      job.awaitAll();
      for (var runner : runners.all) {
        assertThat(runner.exchange().bufferedBytes()).isZero();
      }
    }
  }

  private static long usedHeap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
