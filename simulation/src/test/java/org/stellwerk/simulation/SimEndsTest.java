package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.cluster.LeaderSessionException;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.options.TaskManagerOptions;
import org.stellwerk.runtime.taskexecutor.RegistrationTimeoutException;

/** Which faults end a process, and which end the run. */
class SimEndsTest {

  private static final Duration ASK = Duration.ofSeconds(10);
  private static final Duration SOON = Duration.ofSeconds(30);

  private final SimWorld world =
      new SimWorld(
          8,
          Configuration.empty()
              .with(TaskManagerOptions.REGISTRATION_TIMEOUT, Duration.ofSeconds(10)));

  private List<SimEnds.End> ends() {
    return world.ends().all();
  }

  @Test
  void aTaskManagerThatFindsNoLeaderEndsByItself() {
    world.startTaskManager("tm", 2);
    world.scheduler().runFor(SOON);
    assertThat(world.node("tm").isAlive()).isFalse();
    assertThat(ends()).hasSize(1);
    assertThat(ends().get(0).why()).isInstanceOf(RegistrationTimeoutException.class);
    assertThat(ends().get(0).nanos())
        .isBetween(Duration.ofSeconds(10).toNanos(), Duration.ofMillis(10_100).toNanos());
  }

  @Test
  void aSupervisorStartsItAgainUntilThereIsALeader() {
    world.ends().supervise(Duration.ofSeconds(1));
    world.startTaskManager("tm", 2);
    world.scheduler().runFor(SOON);
    assertThat(ends()).hasSize(2);
    world.startJobManager("jm");
    world.awaitFreeSlots(2, SOON);
    assertThat(world.node("tm").incarnation()).isEqualTo(3);
  }

  @Test
  void aLeaderThatCannotReadItsStoresEndsByItself() {
    world.ends().supervise(Duration.ofSeconds(1));
    world.faults().breakStores(1);
    world.startJobManager("jm");
    world.scheduler().runFor(Duration.ofSeconds(3));
    assertThat(ends()).isNotEmpty();
    assertThat(ends().get(0).why())
        .isInstanceOf(LeaderSessionException.class)
        .hasMessageContaining("damaged");
    world.faults().heal();
    world.scheduler().runFor(SOON);
    assertThat(world.node("jm").isAlive()).isTrue();
    assertThat(world.coordination().publishedLeader()).isPresent();
  }

  @Test
  void anyOtherFaultEndsTheRun() {
    world.startTaskManager("tm", 2);
    world.node("tm").fatalErrors().onFatalError(new IllegalStateException("a bug"));
    assertThatThrownBy(() -> world.scheduler().runFor(SOON))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a bug");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aTaskManagerWithoutMemoryTellsWhyItEnds(long seed) {
    SimWorld cluster = new SimWorld(seed);
    cluster.startJobManager("jm");
    cluster.startTaskManager("tm-1", 1);
    cluster.startTaskManager("tm-2", 1);
    cluster.awaitFreeSlots(2, SOON);
    JobGraph job =
        new JobGraph(
            new JobID(new UUID(1, 1)),
            "job",
            List.of(SimTaskPlan.runsForEver().vertex(new UUID(2, 1), "work", 1)),
            List.of(),
            Map.of(),
            List.of());
    DispatcherGateway dispatcher = cluster.dispatcher();
    cluster.await(dispatcher.submitJob(job, ASK));
    cluster.scheduler().runUntil(() -> running(cluster, "tm-1") + running(cluster, "tm-2") == 1);
    String busy = running(cluster, "tm-1") == 1 ? "tm-1" : "tm-2";
    String other = busy.equals("tm-1") ? "tm-2" : "tm-1";
    cluster.faults().exhaustMemory(busy);
    cluster.scheduler().runUntil(() -> running(cluster, other) == 1, Duration.ofSeconds(1));
    assertThat(cluster.node(busy).isAlive()).isFalse();
    assertThat(cluster.ends().all()).hasSize(1);
    assertThat(cluster.await(dispatcher.requestJob(job.jobId(), ASK)).exceptionHistory())
        .singleElement()
        .satisfies(
            incident ->
                assertThat(incident.exception().describe())
                    .contains(busy)
                    .contains(
                        "it ends because of a fault: OutOfMemoryError: Java heap space, in a"
                            + " task"));
  }

  private static int running(SimWorld cluster, String taskManager) {
    return cluster.taskRunner(taskManager).running().size();
  }
}
