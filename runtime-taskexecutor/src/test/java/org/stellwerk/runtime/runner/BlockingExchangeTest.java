package org.stellwerk.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.taskexecutor.PartitionNotFoundException;

/** Blocking edges between tasks of two runners: half of the channels are local, half remote. */
@Timeout(60)
class BlockingExchangeTest {

  @TempDir Path directory;

  private TestRunners runners;

  private TestJob start(ShipStrategy strategy, int producers, int consumers, String... config)
      throws IOException {
    runners = new TestRunners(directory).start(2);
    return runners
        .job()
        .vertex("source", producers, Invokables.Source.class, config)
        .vertex("sink", consumers, Invokables.Sink.class)
        .blockingEdge("source", "sink", strategy);
  }

  @AfterEach
  void stop() {
    runners.close();
    assertThat(files(0)).isEmpty();
    assertThat(files(1)).isEmpty();
    assertThat(runners.fatalErrors).isEmpty();
  }

  private List<Path> files(int runner) {
    try (Stream<Path> files = Files.list(runners.resultDirectory(runner))) {
      return files.toList();
    } catch (java.nio.file.NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void run(TestJob job, String vertex, int subtasks) {
    for (int i = 0; i < subtasks; i++) {
      job.deploy(vertex, i);
    }
    for (int i = 0; i < subtasks; i++) {
      job.events(vertex, i).awaitEnd();
    }
  }

  private static List<Object> collected(TestJob job, int consumers) {
    List<Object> all = new ArrayList<>();
    for (int i = 0; i < consumers; i++) {
      all.addAll(Invokables.collected(job.jobId, "sink", i));
    }
    return all;
  }

  @Test
  void producersEndWithoutConsumersWhichReadEverythingLater() throws Exception {
    TestJob job = start(ShipStrategy.HASH, 4, 3, "count", "20000");
    run(job, "source", 4);
    assertThat(job.ends()).containsExactly("FINISHED");
    await().until(() -> runners.all.get(0).runningTasks() == 0);
    assertThat(files(0)).hasSize(2);
    assertThat(files(1)).hasSize(2);
    run(job, "sink", 3);
    assertThat(job.ends()).containsExactly("FINISHED");
    List<Object> all = collected(job, 3);
    assertThat(all).hasSize(80_000).doesNotHaveDuplicates();
    for (int i = 0; i < 3; i++) {
      assertThat(Invokables.collected(job.jobId, "sink", i))
          .extracting(record -> ((Invokables.Word) record).key().hashCode() % 100)
          .isNotEmpty();
    }
    await().until(() -> runners.all.get(0).exchange().openRemoteChannels() == 0);
    assertThat(runners.all.get(0).exchange().bufferedBytes()).isZero();
  }

  @Test
  void aResultIsReadAsOftenAsConsumersCome() throws Exception {
    TestJob job = start(ShipStrategy.REBALANCE, 2, 2, "count", "5000");
    run(job, "source", 2);
    for (int attempt = 0; attempt < 3; attempt++) {
      run(job, "sink", 2);
      assertThat(job.ends()).containsExactly("FINISHED");
      assertThat(collected(job, 2)).hasSize(10_000);
    }
  }

  @Test
  void aBroadcastIsStoredOnceAndReadByAll() throws Exception {
    TestJob job = start(ShipStrategy.BROADCAST, 1, 4, "count", "1000", "size", "1000");
    run(job, "source", 1);
    assertThat(Files.size(files(0).get(0))).isBetween(1_000_000L, 1_100_000L);
    run(job, "sink", 4);
    assertThat(collected(job, 4)).hasSize(4000);
  }

  @Test
  void forwardGoesFromSubtaskToSubtask() throws Exception {
    TestJob job = start(ShipStrategy.FORWARD, 3, 3, "count", "100");
    run(job, "source", 3);
    run(job, "sink", 3);
    for (int i = 0; i < 3; i++) {
      String tag = "s" + i;
      assertThat(Invokables.collected(job.jobId, "sink", i))
          .hasSize(100)
          .allMatch(record -> ((Invokables.Word) record).tags().equals(List.of(tag)));
    }
  }

  @Test
  void memoryIsBoundedWhileASlowConsumerReads() throws Exception {
    TestJob job = start(ShipStrategy.HASH, 1, 2, "count", "100000", "size", "1000");
    run(job, "source", 1);
    TestJob slow = job;
    slow.deploy("sink", 1);
    await().until(() -> slow.events("sink", 1).end.isDone());
    assertThat(runners.all.get(0).exchange().bufferedBytes()).isLessThan(16 << 20);
    run(job, "sink", 1);
    assertThat(collected(job, 2)).hasSize(100_000);
  }

  @Test
  void aFailedOrCancelledProducerLeavesNothing() throws Exception {
    TestJob job =
        start(ShipStrategy.HASH, 1, 1)
            .vertex("failing", 1, Invokables.Failing.class, "after", "300000")
            .blockingEdge("failing", "sink", ShipStrategy.HASH);
    job.deploy("failing", 0).awaitEnd();
    assertThat(job.ends()).containsExactly("FAILED");
    assertThat(files(0)).isEmpty();
  }

  private void assertMissing(TestJob job, int consumer, int producer, String message) {
    RecordingEvents events = job.events("sink", consumer);
    assertThat(events.last()).isEqualTo("FAILED");
    assertThat(events.failure)
        .isInstanceOf(PartitionNotFoundException.class)
        .hasMessageContaining(message)
        .extracting("finishedProducer")
        .isEqualTo(job.descriptor("source", producer).attemptId());
  }

  @Test
  void whatWasReleasedIsMissedAtOnceByName() throws Exception {
    TestJob job = start(ShipStrategy.HASH, 1, 2);
    run(job, "source", 1);
    runners.all.get(0).releasePartitions(List.of(job.descriptor("source", 0).attemptId()));
    await().until(() -> files(0).isEmpty());
    run(job, "sink", 2);
    assertMissing(job, 0, 0, "Cannot read from this TaskManager: output 0 of subtask 0");
    assertMissing(job, 1, 0, "Cannot read from TaskManager tm-0");
  }

  @Test
  void aDamagedResultIsMissedByName() throws Exception {
    TestJob job = start(ShipStrategy.HASH, 2, 2, "count", "50000");
    run(job, "source", 2);
    Path file = files(0).get(0);
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 0; i < bytes.length / 2; i += 1000) {
      bytes[i] ^= 1;
    }
    Files.write(file, bytes);
    run(job, "sink", 2);
    assertMissing(job, 0, 0, "is damaged");
    assertMissing(job, 1, 0, "is damaged");
  }

  @Test
  void aTaskManagerThatCannotBeReachedIsNamed() throws Exception {
    TestJob job = start(ShipStrategy.HASH, 1, 2);
    run(job, "source", 1);
    TestJob.Placed sink = job.prepared("sink", 1);
    runners.all.get(0).closeAsync().join();
    RecordingEvents events = sink.deploy();
    events.awaitEnd();
    assertMissing(job, 1, 0, "TaskManager tm-0");
  }

  @Test
  void theJobsResultsGoWithTheJob() throws Exception {
    TestJob job = start(ShipStrategy.HASH, 2, 1);
    run(job, "source", 2);
    runners.all.forEach(runner -> runner.releaseJob(job.jobId));
    await().until(() -> files(0).isEmpty() && files(1).isEmpty());
  }

  @Test
  void whatAnEarlierProcessHasLeftIsRemoved() throws Exception {
    Files.createDirectories(directory.resolve("results-0"));
    Files.writeString(directory.resolve("results-0").resolve("result-7"), "old");
    runners = new TestRunners(directory).start(2);
    assertThat(files(0)).isEmpty();
  }
}
