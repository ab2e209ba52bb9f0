package org.stellwerk.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.IOMetrics;

/**
 * Records between tasks of one or two TaskManagers: who gets which, in what order, at whose pace.
 */
@Timeout(60)
class RecordExchangeTest {

  @RegisterExtension final TestRunners runners;

  RecordExchangeTest(@TempDir Path directory) {
    runners = new TestRunners(directory);
  }

  @Test
  void equalKeysMeetAtOneSinkAcrossTaskManagers() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .vertex("source", 4, Invokables.Source.class, "count", "5000")
            .vertex("sink", 4, Invokables.Sink.class)
            .edge("source", "sink", ShipStrategy.HASH)
            .deployAll();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("FINISHED");
    assertThat(job.events("sink", 1).events).containsExactly("INITIALIZING", "RUNNING", "FINISHED");

    Map<String, Integer> sinkOfKey = new HashMap<>();
    Map<String, Long> nextBySourceAndKey = new HashMap<>();
    int total = 0;
    for (int sink = 0; sink < 4; sink++) {
      for (Object record : Invokables.collected(job.jobId, "sink", sink)) {
        Invokables.Word word = (Invokables.Word) record;
        Integer other = sinkOfKey.put(word.key(), sink);
        assertThat(other == null || other == sink).isTrue();
        Long previous = nextBySourceAndKey.put(word.tags() + word.key(), word.number());
        assertThat(previous == null || previous < word.number()).as("order kept").isTrue();
        total++;
      }
    }
    assertThat(total).isEqualTo(20_000);
    assertThat(new HashSet<>(sinkOfKey.values())).hasSize(4);
    IOMetrics out = job.events("source", 0).awaitEnd();
    assertThat(out.recordsOut()).isEqualTo(5000);
    assertThat(out.bytesOut()).isPositive();
    await().until(() -> runners.all.get(0).exchange().connections() == 1);
    assertThat(runners.all.get(1).exchange().connections()).isEqualTo(1);
  }

  @Test
  void strategiesDealRecordsAsTheySay() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .vertex("source", 3, Invokables.Source.class, "count", "300")
            .vertex("forward", 3, Invokables.Sink.class)
            .vertex("rebalance", 2, Invokables.Sink.class)
            .vertex("broadcast", 4, Invokables.Sink.class)
            .edge("source", "forward", ShipStrategy.FORWARD)
            .edge("source", "rebalance", ShipStrategy.REBALANCE)
            .edge("source", "broadcast", ShipStrategy.BROADCAST)
            .deployAll();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("FINISHED");
    for (int i = 0; i < 3; i++) {
      List<Object> forwarded = Invokables.collected(job.jobId, "forward", i);
      String tag = "s" + i;
      assertThat(forwarded).hasSize(300);
      assertThat(forwarded).allMatch(word -> ((Invokables.Word) word).tags().contains(tag));
    }
    assertThat(Invokables.collected(job.jobId, "rebalance", 0)).hasSize(450);
    assertThat(Invokables.collected(job.jobId, "rebalance", 1)).hasSize(450);
    for (int i = 0; i < 4; i++) {
      assertThat(Invokables.collected(job.jobId, "broadcast", i)).hasSize(900);
    }
  }

  @Test
  void recordsLargerThanAnyBufferPass() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .place((name, subtask) -> name.equals("source") ? 0 : 1)
            .vertex("source", 1, Invokables.Source.class, "count", "5", "size", "3000000")
            .vertex("sink", 1, Invokables.Sink.class)
            .edge("source", "sink", ShipStrategy.REBALANCE)
            .deployAll();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("FINISHED");
    assertThat(Invokables.collected(job.jobId, "sink", 0)).hasSize(5);
    assertThat(job.events("sink", 0).awaitEnd().bytesIn()).isGreaterThan(15_000_000);
  }

  @Test
  void aLoneRecordArrivesWithoutAFlush() throws Exception {
    for (int sinkRunner = 0; sinkRunner < 2; sinkRunner++) {
      TestRunners both = sinkRunner == 0 ? runners.start(2) : runners;
      int sinkAt = sinkRunner;
      TestJob job =
          both.job()
              .place((name, subtask) -> name.equals("source") ? 0 : sinkAt)
              .vertex("source", 1, Invokables.OneThenIdle.class)
              .vertex("sink", 1, Invokables.Limit.class, "limit", "1")
              .edge("source", "sink", ShipStrategy.HASH)
              .deployAll();
      job.events("sink", 0).awaitEnd();
      assertThat(job.events("sink", 0).last()).isEqualTo("FINISHED");
      assertThat(job.events("source", 0).end).isNotDone();
      job.cancelAll();
      job.awaitAll();
    }
  }

  @Test
  void aSlowConsumerBoundsItsProducerAndHoldsUpNobodyElse() throws Exception {
    for (int sinkRunner = 0; sinkRunner < 2; sinkRunner++) {
      TestRunners both = sinkRunner == 0 ? runners.start(2) : runners;
      int sinkAt = sinkRunner;
      TestJob stuck =
          both.job()
              .place((name, subtask) -> name.equals("source") ? 0 : sinkAt)
              .vertex("source", 1, Invokables.Source.class, "count", "1000000000", "size", "100")
              .vertex("sink", 1, Invokables.Idle.class)
              .edge("source", "sink", ShipStrategy.HASH)
              .deployAll();
      AtomicLong emitted = Invokables.count(stuck.jobId);
      await()
          .during(Duration.ofMillis(300))
          .atMost(Duration.ofSeconds(10))
          .until(() -> Invokables.stands(emitted));
      // 2 segments to send and one being filled, 2 at the consumer; of 8 KiB each
      assertThat(emitted.get()).isBetween(10L, 450L);

      TestJob other =
          both.job()
              .place((name, subtask) -> name.equals("source") ? 0 : 1)
              .vertex("source", 1, Invokables.Source.class, "count", "20000")
              .vertex("sink", 1, Invokables.Sink.class)
              .edge("source", "sink", ShipStrategy.HASH)
              .deployAll();
      other.awaitAll();
      assertThat(other.ends()).containsExactly("FINISHED");

      stuck.cancelAll();
      stuck.awaitAll();
      assertThat(stuck.ends()).containsExactly("CANCELED");
    }
  }

  @Test
  void aConsumerThatNeedsNoMoreLetsItsProducerFinish() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .vertex("source", 2, Invokables.Source.class, "count", "50000")
            .vertex("sink", 2, Invokables.Limit.class, "limit", "10")
            .edge("source", "sink", ShipStrategy.REBALANCE)
            .deployAll();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("FINISHED");
  }

  @Test
  void aConsumerThatFinishesBeforeItsProducersAreThereHoldsNoneUp() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .place((name, subtask) -> subtask)
            .vertex("source", 2, Invokables.Source.class, "count", "50000")
            .vertex("sink", 2, Invokables.Limit.class, "limit", "0")
            .edge("source", "sink", ShipStrategy.REBALANCE);
    for (int i = 0; i < 2; i++) {
      job.deploy("sink", i).awaitEnd();
      assertThat(job.events("sink", i).last()).isEqualTo("FINISHED");
    }
    job.deploy("source", 0);
    job.deploy("source", 1);
    job.awaitAll();
    assertThat(job.ends()).containsExactly("FINISHED");
    await().until(() -> runners.all.get(0).exchange().openRemoteChannels() == 0);
  }

  @Test
  void aProducerMayComeLater() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .vertex("source", 2, Invokables.Source.class)
            .vertex("sink", 2, Invokables.Sink.class)
            .edge("source", "sink", ShipStrategy.HASH);
    job.deploy("sink", 0);
    job.deploy("sink", 1);
    await().until(() -> runners.all.get(0).exchange().waitingRequests() == 2);
    job.deploy("source", 0);
    job.deploy("source", 1);
    job.awaitAll();
    assertThat(job.ends()).containsExactly("FINISHED");
  }
}
