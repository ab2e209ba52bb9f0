package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.ClusterOverview;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.options.RestartStrategyOptions;
import org.stellwerk.simulation.check.ClusterChecks;

/** The real processes on the simulated world: one JobManager, two TaskManagers with two slots. */
class ClusterScenarioTest {

  private static final Duration ASK = Duration.ofSeconds(10);
  private static final Map<String, String> NO_RESTART =
      Map.of(RestartStrategyOptions.TYPE.key(), "none");
  private static final Duration JOB = Duration.ofMinutes(5);

  private static SimWorld startCluster(long seed) {
    SimWorld world = new SimWorld(seed);
    ClusterChecks.attach(world);
    world.startJobManager("jm");
    world.startTaskManager("tm-1", 2);
    world.startTaskManager("tm-2", 2);
    world.awaitFreeSlots(4, Duration.ofSeconds(30));
    return world;
  }

  private static JobGraph job(int number, SimTaskPlan plan) {
    return job(number, plan, Map.of());
  }

  private static JobGraph job(int number, SimTaskPlan plan, Map<String, String> configuration) {
    return new JobGraph(
        new JobID(new UUID(1, number)),
        "job-" + number,
        List.of(plan.vertex(new UUID(2, number), "work", 4)),
        List.of(),
        configuration,
        List.of());
  }

  private static JobResult run(SimWorld world, JobGraph job) {
    DispatcherGateway dispatcher = world.dispatcher();
    world.await(dispatcher.submitJob(job, ASK));
    return world.await(dispatcher.requestJobResult(job.jobId(), JOB));
  }

  private static void awaitAllRunning(SimWorld world) {
    world
        .scheduler()
        .runUntil(
            () ->
                world.taskRunner("tm-1").running().size() == 2
                    && world.taskRunner("tm-2").running().size() == 2,
            Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aJobFinishesOnBothTaskManagers(long seed) {
    SimWorld world = startCluster(seed);
    JobGraph job = job(1, SimTaskPlan.finishesAfter(Duration.ofSeconds(30)));
    DispatcherGateway dispatcher = world.dispatcher();
    world.await(dispatcher.submitJob(job, ASK));
    awaitAllRunning(world);
    JobResult result = world.await(dispatcher.requestJobResult(job.jobId(), JOB));
    assertThat(result.status()).isEqualTo(JobStatus.FINISHED);
    world.awaitFreeSlots(4, Duration.ofSeconds(30));
    assertThat(world.coordination().stores().result(job.jobId()))
        .map(JobResult::status)
        .contains(JobStatus.FINISHED);
  }

  @Test
  void aCancelledJobFreesItsSlots() {
    SimWorld world = startCluster(21);
    JobGraph job = job(1, SimTaskPlan.runsForEver().ignoringCancelFor(Duration.ofSeconds(2)));
    DispatcherGateway dispatcher = world.dispatcher();
    world.await(dispatcher.submitJob(job, ASK));
    awaitAllRunning(world);
    world.await(dispatcher.cancelJob(job.jobId(), ASK));
    JobResult result = world.await(dispatcher.requestJobResult(job.jobId(), JOB));
    assertThat(result.status()).isEqualTo(JobStatus.CANCELED);
    world.awaitFreeSlots(4, Duration.ofSeconds(30));
    assertThat(run(world, job(2, SimTaskPlan.finishesAfter(Duration.ofSeconds(1)))).status())
        .isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void aFailedTaskFailsTheJobWithItsCause() {
    SimWorld world = startCluster(22);
    JobResult result =
        run(world, job(1, SimTaskPlan.failsAfter(Duration.ofSeconds(3)), NO_RESTART));
    assertThat(result.status()).isEqualTo(JobStatus.FAILED);
    assertThat(chain(result)).contains("failed as planned");
    world.awaitFreeSlots(4, Duration.ofSeconds(30));
  }

  @Test
  void aCrashedTaskManagerFailsTheJobAndTheClusterStaysUsable() {
    SimWorld world = startCluster(23);
    JobGraph job = job(1, SimTaskPlan.runsForEver(), NO_RESTART);
    DispatcherGateway dispatcher = world.dispatcher();
    world.await(dispatcher.submitJob(job, ASK));
    awaitAllRunning(world);
    world.node("tm-2").crash();
    JobResult result = world.await(dispatcher.requestJobResult(job.jobId(), JOB));
    assertThat(result.status()).isEqualTo(JobStatus.FAILED);
    assertThat(chain(result)).contains("tm-2");
    world.awaitFreeSlots(2, Duration.ofMinutes(1));
    assertThat(world.taskRunner("tm-1").running()).isEmpty();

    world.startTaskManager("tm-2", 2);
    world.awaitFreeSlots(4, Duration.ofMinutes(1));
    assertThat(run(world, job(2, SimTaskPlan.finishesAfter(Duration.ofSeconds(1)))).status())
        .isEqualTo(JobStatus.FINISHED);
    ClusterOverview overview = world.await(world.dispatcher().requestClusterOverview(ASK));
    assertThat(overview.taskManagers()).isEqualTo(2);
    assertThat(overview.jobsFinished()).isEqualTo(1);
    assertThat(overview.jobsFailed()).isEqualTo(1);
  }

  @Test
  void theTasksOfACrashedTaskManagerStartAgainWhereThereIsRoom() {
    SimWorld world = startCluster(25);
    JobGraph job =
        new JobGraph(
            new JobID(new UUID(1, 1)),
            "two regions",
            List.of(
                SimTaskPlan.finishesAfter(Duration.ofMinutes(1)).vertex(new UUID(2, 1), "work", 2)),
            List.of(),
            Map.of(),
            List.of());
    world.await(world.dispatcher().submitJob(job, ASK));
    world
        .scheduler()
        .runUntil(
            () ->
                world.taskRunner("tm-1").running().size() == 1
                    && world.taskRunner("tm-2").running().size() == 1,
            Duration.ofSeconds(30));
    List<ExecutionAttemptID> survivor = world.taskRunner("tm-1").running();
    world.node("tm-2").crash();
    long crash = world.scheduler().nowNanos();
    world
        .scheduler()
        .runUntil(() -> world.taskRunner("tm-1").running().size() == 2, Duration.ofSeconds(30));
    assertThat(Duration.ofNanos(world.scheduler().nowNanos() - crash))
        .isLessThan(Duration.ofMillis(500));
    assertThat(world.taskRunner("tm-1").running()).containsAll(survivor);
    JobResult result = world.await(world.dispatcher().requestJobResult(job.jobId(), JOB));
    assertThat(result.status()).isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void tenJobsLeaveNothingBehind() {
    SimWorld world = startCluster(24);
    for (int i = 1; i <= 10; i++) {
      assertThat(run(world, job(i, SimTaskPlan.finishesAfter(Duration.ofMillis(500)))).status())
          .isEqualTo(JobStatus.FINISHED);
    }
    world.awaitFreeSlots(4, Duration.ofSeconds(30));
    world.scheduler().runFor(Duration.ofSeconds(30));
    assertThat(world.coordination().stores().jobs()).isEmpty();
    assertThat(world.coordination().stores().dirtyResults()).isEmpty();
  }

  @Test
  void theSameSeedGivesTheSameTrace() {
    assertThat(traceOf(5)).isEqualTo(traceOf(5)).isNotEqualTo(traceOf(6));
  }

  private static long traceOf(long seed) {
    SimWorld world = startCluster(seed);
    run(world, job(1, SimTaskPlan.finishesAfter(Duration.ofSeconds(2))));
    return world.scheduler().trace().hash();
  }

  private static String chain(JobResult result) {
    StringBuilder text = new StringBuilder();
    for (SerializedThrowable t = result.failure(); t != null; t = t.cause()) {
      text.append(t.describe()).append('\n');
    }
    return text.toString();
  }
}
