package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExceptionHistoryEntry;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.RestartStrategyOptions;
import org.stellwerk.runtime.options.TaskOptions;
import org.stellwerk.runtime.taskexecutor.TaskStuckException;
import org.stellwerk.simulation.check.ClusterChecks;

/** Tasks that go on for a minute after they were cancelled, where two seconds are allowed. */
class StuckTaskTest {

  private static final Duration ASK = Duration.ofSeconds(10);
  private static final Duration STUCK = Duration.ofMinutes(1);

  private static SimWorld startCluster(long seed) {
    SimWorld world =
        new SimWorld(
            seed,
            Configuration.empty().with(TaskOptions.CANCELLATION_TIMEOUT, Duration.ofSeconds(2)));
    ClusterChecks.attach(world);
    world.startJobManager("jm");
    world.startTaskManager("tm-1", 1);
    world.startTaskManager("tm-2", 1);
    world.awaitFreeSlots(2, Duration.ofSeconds(30));
    return world;
  }

  /** One task that fails after a second, and one that it takes along, which does not end. */
  private static JobGraph job(int number) {
    JobVertex failing =
        SimTaskPlan.failsAfter(Duration.ofSeconds(1)).vertex(new UUID(2, 1), "failing", 1);
    JobVertex stuck =
        SimTaskPlan.runsForEver().ignoringCancelFor(STUCK).vertex(new UUID(2, 2), "stuck", 1);
    return new JobGraph(
        new JobID(new UUID(1, number)),
        "job",
        List.of(failing, stuck),
        List.of(new JobEdge(failing.id(), stuck.id(), ShipStrategy.FORWARD)),
        Map.of(
            RestartStrategyOptions.TYPE.key(), "fixed-delay",
            RestartStrategyOptions.FIXED_DELAY_ATTEMPTS.key(), "1",
            RestartStrategyOptions.FIXED_DELAY_DELAY.key(), "0 ms"),
        List.of());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theJobStartsAgainElsewhereWhileTheSlotIsOutOfUse(long seed) {
    SimWorld world = startCluster(seed);
    DispatcherGateway dispatcher = world.dispatcher();
    long began = world.scheduler().nowNanos();
    JobGraph job = job(1);
    world.await(dispatcher.submitJob(job, ASK));
    JobResult result =
        world.await(dispatcher.requestJobResult(job.jobId(), Duration.ofSeconds(20)));
    assertThat(result.status()).isEqualTo(JobStatus.FAILED);
    assertThat(Duration.ofNanos(world.scheduler().nowNanos() - began)).isLessThan(STUCK);

    ArchivedExecutionGraph archived = world.await(dispatcher.requestJob(job.jobId(), ASK));
    assertThat(archived.numberOfRestarts()).isEqualTo(1);
    assertThat(archived.exceptionHistory()).hasSize(2);
    for (ExceptionHistoryEntry incident : archived.exceptionHistory()) {
      assertThat(incident.exception().describe()).contains("failed as planned");
      assertThat(incident.concurrent())
          .singleElement()
          .satisfies(
              other -> {
                assertThat(other.exception().className())
                    .isEqualTo(TaskStuckException.class.getName());
                assertThat(other.exception().stackTrace()).contains("sim.Task.run");
              });
    }
    assertThat(archived.exceptionHistory().get(0).location())
        .isNotEqualTo(archived.exceptionHistory().get(1).location());
    assertThat(world.taskRunner("tm-1").running()).hasSize(1);
    assertThat(world.taskRunner("tm-2").running()).hasSize(1);
    world.awaitFreeSlots(0, Duration.ofSeconds(2));
    world.awaitFreeSlots(2, STUCK.plusSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void cancellingTheJobDoesNotTakeLongerThanATaskMay(long seed) {
    SimWorld world = startCluster(seed);
    DispatcherGateway dispatcher = world.dispatcher();
    JobGraph job = job(1);
    world.await(dispatcher.submitJob(job, ASK));
    world.await(dispatcher.cancelJob(job.jobId(), ASK));
    JobResult result =
        world.await(dispatcher.requestJobResult(job.jobId(), Duration.ofSeconds(20)));
    assertThat(result.status()).isEqualTo(JobStatus.CANCELED);
    world.awaitFreeSlots(2, STUCK.plusSeconds(5));
  }
}
