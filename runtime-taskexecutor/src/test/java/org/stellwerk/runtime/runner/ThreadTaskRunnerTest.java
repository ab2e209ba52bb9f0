package org.stellwerk.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.io.PartitionNotFoundException;
import org.stellwerk.runtime.io.ProducerFailedException;
import org.stellwerk.runtime.io.TaskManagerLostException;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.IOMetrics;

@Timeout(60)
class ThreadTaskRunnerTest {

  @TempDir Path directory;
  private TestRunners runners;

  @BeforeEach
  void setUp() {
    runners = new TestRunners(directory);
  }

  @AfterEach
  void tearDown() {
    runners.close();
    Invokables.COLLECTED.clear();
    Invokables.COUNTS.clear();
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
  void aTaskIsCancelledWhileItsOutputWaitsForItsConsumer() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .vertex("source", 1, Invokables.Source.class, "count", "20")
            .vertex("sink", 2, Invokables.Sink.class)
            .edge("source", "sink", ShipStrategy.HASH);
    job.deploy("source", 0);
    await().until(() -> job.handle("source", 0).stackTrace().contains("Subpartition"));
    job.deploy("sink", 0);
    await()
        .during(Duration.ofMillis(100))
        .until(() -> job.handle("source", 0).stackTrace().contains("Subpartition"));
    job.cancelAll();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("CANCELED");
  }

  @Test
  void anotherTaskManagerAtTheAddressIsRefused() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .place((name, subtask) -> name.equals("source") ? 1 : 0)
            .vertex("source", 1, Invokables.Source.class)
            .vertex("sink", 1, Invokables.Sink.class)
            .edge("source", "sink", ShipStrategy.HASH);
    job.names = List.of("tm-0", "tm-old");
    job.deploy("sink", 0).awaitEnd();
    assertThat(job.events("sink", 0).failure)
        .isInstanceOf(TaskManagerLostException.class)
        .hasMessageContaining("Cannot connect to TaskManager tm-old (127.0.0.1:")
        .hasMessageContaining("TaskManager tm-1 now listens there, not tm-old");
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
          .until(() -> stable(emitted));
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

  private static final Map<AtomicLong, Long> LAST = new HashMap<>();

  private static boolean stable(AtomicLong counter) {
    long now = counter.get();
    Long before = LAST.put(counter, now);
    return before != null && before == now && now > 1;
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
  void aFailureIsReportedByItsTaskAloneUntilOthersAreCancelled() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .place((name, subtask) -> name.equals("source") ? 0 : subtask)
            .vertex("source", 1, Invokables.Failing.class, "after", "10")
            .vertex("map", 2, Invokables.Map1.class)
            .vertex("sink", 2, Invokables.Sink.class)
            .edge("source", "map", ShipStrategy.BROADCAST)
            .edge("map", "sink", ShipStrategy.HASH)
            .deployAll();
    job.events("source", 0).awaitEnd();
    assertThat(job.events("source", 0).failure)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no more words");
    await()
        .during(Duration.ofMillis(200))
        .until(() -> job.events.values().stream().filter(e -> e.end.isDone()).count() == 1);
    job.cancelAll();
    job.awaitAll();
    for (int i = 0; i < 2; i++) {
      assertThat(job.events("map", i).last()).isEqualTo("CANCELED");
      assertThat(job.events("sink", i).last()).isEqualTo("CANCELED");
    }
  }

  @Test
  void withoutCancellationAConsumerFailsNamingItsProducersFailure() throws Exception {
    runners.grace = Duration.ofMillis(200);
    TestJob job =
        runners
            .start(2)
            .job()
            .vertex("source", 1, Invokables.Failing.class)
            .vertex("sink", 2, Invokables.Sink.class)
            .edge("source", "sink", ShipStrategy.BROADCAST)
            .deployAll();
    job.awaitAll();
    for (int i = 0; i < 2; i++) {
      assertThat(job.events("sink", i).failure)
          .isInstanceOf(ProducerFailedException.class)
          .hasMessage("Task source (1/1) failed: java.lang.IllegalStateException: no more words");
    }
  }

  @Test
  void cancellationEndsReadersAndWritersThatWait() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .vertex("idle", 2, Invokables.Idle.class)
            .vertex("reader", 2, Invokables.Sink.class)
            .vertex("writer", 2, Invokables.Source.class, "count", "1000000000")
            .vertex("deaf", 2, Invokables.Idle.class)
            .edge("idle", "reader", ShipStrategy.HASH)
            .edge("writer", "deaf", ShipStrategy.HASH)
            .deployAll();
    await().until(() -> stable(Invokables.count(job.jobId)));
    await().until(() -> job.handle("reader", 1).stackTrace().contains("InputGate.next"));
    job.handle("reader", 0).cancel();
    job.handle("writer", 0).cancel();
    job.events("reader", 0).awaitEnd();
    job.events("writer", 0).awaitEnd();
    job.cancelAll();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("CANCELED");
    assertThat(job.handle("reader", 0).stackTrace()).isEmpty();
  }

  @Test
  void anInterruptReachesUserCode() throws Exception {
    TestJob job =
        runners.start(1).job().vertex("stubborn", 1, Invokables.Stubborn.class).deployAll();
    await().until(() -> Invokables.count(job.jobId).get() == 1);
    assertThat(job.handle("stubborn", 0).stackTrace()).contains("Stubborn.invoke");
    job.cancelAll();
    await().during(Duration.ofMillis(100)).until(() -> !job.events("stubborn", 0).end.isDone());
    job.handle("stubborn", 0).interrupt();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("CANCELED");
  }

  @Test
  void aLostConnectionFailsBothSidesNamingThePeer() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .place((name, subtask) -> name.equals("source") ? 0 : 1)
            .vertex("source", 1, Invokables.Source.class, "count", "1000000000")
            .vertex("sink", 1, Invokables.Limit.class, "limit", "1000000000")
            .edge("source", "sink", ShipStrategy.HASH)
            .deployAll();
    await().until(() -> Invokables.count(job.jobId).get() > 1000);
    runners.all.get(0).exchange().dropConnections();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("FAILED");
    assertThat(job.events("sink", 0).failure)
        .isInstanceOf(TaskManagerLostException.class)
        .hasMessageContaining("TaskManager tm-0 (127.0.0.1:" + runners.all.get(0).dataPort() + ")");
    assertThat(job.events("source", 0).failure)
        .isInstanceOf(TaskManagerLostException.class)
        .hasMessageContaining("TaskManager tm-1 (127.0.0.1:" + runners.all.get(1).dataPort() + ")");

    TestJob again =
        runners
            .job()
            .vertex("source", 2, Invokables.Source.class)
            .vertex("sink", 2, Invokables.Sink.class)
            .edge("source", "sink", ShipStrategy.HASH)
            .deployAll();
    again.awaitAll();
    assertThat(again.ends()).containsExactly("FINISHED");
  }

  @Test
  void aTaskManagerThatIsGoneIsNamed() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .place((name, subtask) -> name.equals("source") ? 1 : 0)
            .vertex("source", 1, Invokables.Source.class)
            .vertex("sink", 1, Invokables.Sink.class)
            .edge("source", "sink", ShipStrategy.HASH);
    int port = runners.all.get(1).dataPort();
    runners.all.get(1).closeAsync().get(10, TimeUnit.SECONDS);
    job.deploy("sink", 0).awaitEnd();
    assertThat(job.events("sink", 0).failure)
        .isInstanceOf(TaskManagerLostException.class)
        .hasMessageContaining("Cannot connect to TaskManager tm-1 (127.0.0.1:" + port + ")");
  }

  @Test
  void aProducerThatNeverComesIsNamed() throws Exception {
    runners.requestTimeout = Duration.ofMillis(200);
    TestJob job =
        runners
            .start(2)
            .job()
            .place((name, subtask) -> name.equals("source") ? 1 : subtask)
            .vertex("source", 1, Invokables.Source.class)
            .vertex("sink", 2, Invokables.Sink.class)
            .edge("source", "sink", ShipStrategy.HASH);
    job.deploy("sink", 0).awaitEnd();
    job.deploy("sink", 1).awaitEnd();
    assertThat(job.events("sink", 0).failure)
        .isInstanceOf(PartitionNotFoundException.class)
        .hasMessageContaining("Cannot read from TaskManager tm-1 (127.0.0.1:")
        .hasMessageContaining("nobody offered output 0 of subtask 0 of vertex")
        .hasMessageContaining("within 200 ms");
    assertThat(job.events("sink", 1).failure).isInstanceOf(PartitionNotFoundException.class);
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

  @Test
  void anotherAttemptOfTheProducerIsRefused() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .place((name, subtask) -> name.equals("source") ? 1 : 0)
            .vertex("source", 1, Invokables.Source.class)
            .vertex("sink", 1, Invokables.Sink.class)
            .edge("source", "sink", ShipStrategy.HASH);
    job.attemptNumber = 1;
    job.deploy("source", 0);
    job.attemptNumber = 0;
    RecordingEvents old = job.deploy("sink", 0);
    old.awaitEnd();
    assertThat(old.failure)
        .isInstanceOf(PartitionNotFoundException.class)
        .hasMessageContaining("is out of date");
    job.attemptNumber = 1;
    job.deploy("sink", 0);
    job.awaitAll();
    assertThat(job.ends()).containsExactly("FINISHED");
  }

  @Test
  void garbageOnTheDataPortHarmsNothing() throws Exception {
    TestJob job =
        runners
            .start(2)
            .job()
            .vertex("source", 2, Invokables.Source.class, "count", "20000")
            .vertex("sink", 2, Invokables.Sink.class)
            .edge("source", "sink", ShipStrategy.HASH);
    int port = runners.all.get(0).dataPort();
    List<Socket> sockets = new ArrayList<>();
    for (String bytes :
        List.of(
            "GET / HTTP/1.1\r\n\r\n", "\0\0\0\0", "SWDX\0\1\uffff\uffff", "S", "SWDX\0\7\0\0")) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      sockets.add(socket);
      OutputStream out = socket.getOutputStream();
      out.write(bytes.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
    job.deployAll();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("FINISHED");
    assertThat(runners.fatalErrors).isEmpty();
    sockets.get(0).setSoTimeout(5000);
    assertThat(sockets.get(0).getInputStream().read()).isEqualTo(-1);
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void errorsThatLeaveTheJvmInDoubtAreFatalToo() throws Exception {
    TestJob job =
        runners
            .start(1)
            .job()
            .vertex("stack", 1, Invokables.Dying.class, "error", "stack")
            .vertex("memory", 1, Invokables.Dying.class, "error", "memory");
    job.deploy("stack", 0).awaitEnd();
    assertThat(job.events("stack", 0).failure).isInstanceOf(StackOverflowError.class);
    assertThat(runners.fatalErrors).isEmpty();
    job.deploy("memory", 0).awaitEnd();
    assertThat(job.events("memory", 0).failure).isInstanceOf(OutOfMemoryError.class);
    assertThat(runners.fatalErrors).hasSize(1);
  }

  @Test
  void whatCannotBeSetUpFailsWithOneLine() throws Exception {
    TestJob job =
        runners
            .start(1)
            .job()
            .vertex("missing", 1, "org.example.Missing")
            .vertex("wrong", 1, "java.lang.String");
    job.deployAll();
    job.awaitAll();
    assertThat(job.events("missing", 0).failure)
        .hasMessage(
            "The class org.example.Missing of vertex 'missing' is in none of the job's 0 jars");
    assertThat(job.events("wrong", 0).failure)
        .hasMessage("The class java.lang.String is not a org.stellwerk.task.TaskInvokable");
  }

  @Test
  void fiftyTasksInARowLeaveNothing() throws Exception {
    runners.start(2);
    Set<Thread> before = null;
    for (int round = 0; round < 13; round++) {
      TestJob job =
          runners
              .job()
              .vertex(
                  "source", 2, round % 3 == 1 ? Invokables.Failing.class : Invokables.Source.class)
              .vertex("sink", 2, Invokables.Sink.class)
              .edge("source", "sink", ShipStrategy.HASH)
              .deployAll();
      if (round % 3 != 0) {
        job.events("source", 0).awaitEnd();
        job.cancelAll();
      }
      job.awaitAll();
      runners.all.forEach(runner -> runner.releaseJob(job.jobId));
      if (round == 0) {
        before = taskThreads();
      }
    }
    Set<Thread> allowed = before == null ? Set.of() : before;
    await().until(() -> allowed.containsAll(taskThreads()));
    for (ThreadTaskRunner runner : runners.all) {
      await().until(() -> runner.exchange().openRemoteChannels() == 0);
      assertThat(runner.exchange().bufferedBytes()).isZero();
      assertThat(runner.exchange().waitingRequests()).isZero();
      assertThat(runner.runningTasks()).isZero();
      assertThat(runner.classLoaders()).isZero();
    }
  }

  private static Set<Thread> taskThreads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().contains(" #"));
    return threads;
  }

  @Test
  void closingEndsWhatRuns() throws Exception {
    TestJob job =
        runners.start(1).job().vertex("stubborn", 1, Invokables.Stubborn.class).deployAll();
    await().until(() -> Invokables.count(job.jobId).get() == 1);
    runners.all.get(0).closeAsync().get(10, TimeUnit.SECONDS);
    assertThat(job.events("stubborn", 0).last()).isEqualTo("CANCELED");
  }
}
