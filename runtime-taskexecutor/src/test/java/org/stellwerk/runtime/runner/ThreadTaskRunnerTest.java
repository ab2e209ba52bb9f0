package org.stellwerk.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.jobgraph.ShipStrategy;

/** Threads of tasks: how they begin, are cancelled and interrupted, and what they leave behind. */
@Timeout(60)
class ThreadTaskRunnerTest {

  @RegisterExtension final TestRunners runners;

  ThreadTaskRunnerTest(@TempDir Path directory) {
    runners = new TestRunners(directory);
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
    await().until(() -> job.handle("source", 0).stackTrace().contains("TaskOutputs.awaitConsumer"));
    job.deploy("sink", 0);
    await()
        .during(Duration.ofMillis(100))
        .until(() -> job.handle("source", 0).stackTrace().contains("TaskOutputs.awaitConsumer"));
    job.cancelAll();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("CANCELED");
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
    await().until(() -> Invokables.stands(Invokables.count(job.jobId)));
    await().until(() -> job.handle("reader", 1).stackTrace().contains("InputGate.next"));
    job.handle("reader", 0).cancel();
    job.handle("writer", 0).cancel();
    job.events("reader", 0).awaitEnd();
    job.events("writer", 0).awaitEnd();
    job.cancelAll();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("CANCELED");
    // The end is reported from the task's own thread, which ends a moment later.
    await().until(() -> job.handle("reader", 0).stackTrace().isEmpty());
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
    await().until(() -> runners.fatalErrors.size() == 1);
    assertThat(runners.fatalErrors.get(0))
        .isInstanceOf(FatalTaskException.class)
        .hasMessageStartingWith("OutOfMemoryError: made by the test, in task memory (1/1) #0");
  }

  @Test
  void anErrorOfUserCodesCancelIsFatalToo() throws Exception {
    TestJob job =
        runners.start(1).job().vertex("dying", 1, Invokables.DyingOfCancel.class).deployAll();
    await().until(() -> Invokables.count(job.jobId).get() == 1);
    job.cancelAll();
    await().until(() -> runners.fatalErrors.size() == 1);
    assertThat(runners.fatalErrors.get(0)).isInstanceOf(FatalTaskException.class);
    job.handle("dying", 0).interrupt();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("CANCELED");
  }

  @Test
  void aTaskThatGetsNoThreadHasFailedAndLeavesNothing() throws Exception {
    runners.start(1);
    runners.threads =
        thread -> {
          throw new OutOfMemoryError("unable to create native thread");
        };
    TestJob job = runners.job().vertex("task", 1, Invokables.Idle.class);
    RecordingEvents events = job.deploy("task", 0);
    assertThat(events.last()).isEqualTo("FAILED");
    assertThat(events.failure).hasMessage("unable to create native thread");
    assertThat(runners.all.get(0).runningTasks()).isZero();
    assertThat(runners.fatalErrors)
        .singleElement()
        .satisfies(fault -> assertThat(fault).hasMessageContaining("allows no more threads"));
    runners.threads = Thread::start;
    assertThat(runners.job().vertex("next", 1, Invokables.Source.class).deploy("next", 0))
        .satisfies(RecordingEvents::awaitEnd)
        .extracting(RecordingEvents::last)
        .isEqualTo("FINISHED");
  }

  @Test
  void aTaskThatCannotBeMadeLeavesNoOutputForWhichItsConsumerWaits() throws Exception {
    runners.grace = Duration.ofMillis(1);
    runners.start(1);
    TestJob job =
        runners
            .job()
            .vertex("source", 1, Invokables.Source.class)
            .vertex("sink", 1, Invokables.Sink.class)
            .edge("source", "sink", ShipStrategy.HASH);
    runners.threads =
        thread -> {
          throw new InternalError("made by the test");
        };
    assertThatThrownBy(() -> job.deploy("source", 0)).isInstanceOf(InternalError.class);
    assertThat(runners.all.get(0).runningTasks()).isZero();
    assertThat(runners.fatalErrors).hasSize(1);
    runners.threads = Thread::start;
    job.deploy("sink", 0).awaitEnd();
    assertThat(job.events("sink", 0).failure)
        .hasMessage(
            "Task source (1/1) could not be started: java.lang.InternalError: made by the test");
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

  @Test
  void closingEndsWhatRuns() throws Exception {
    TestJob job =
        runners.start(1).job().vertex("stubborn", 1, Invokables.Stubborn.class).deployAll();
    await().until(() -> Invokables.count(job.jobId).get() == 1);
    runners.all.get(0).closeAsync().get(10, TimeUnit.SECONDS);
    assertThat(job.events("stubborn", 0).last()).isEqualTo("CANCELED");
  }

  private static Set<Thread> taskThreads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().contains(" #"));
    return threads;
  }
}
