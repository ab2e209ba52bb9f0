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
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.io.ProducerFailedException;
import org.stellwerk.runtime.io.TaskManagerLostException;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.taskexecutor.PartitionNotFoundException;

/** What a task hears when the other end of a channel fails, is gone, or never was there. */
@Timeout(60)
class ExchangeFailuresTest {

  @RegisterExtension final TestRunners runners;

  ExchangeFailuresTest(@TempDir Path directory) {
    runners = new TestRunners(directory);
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
}
