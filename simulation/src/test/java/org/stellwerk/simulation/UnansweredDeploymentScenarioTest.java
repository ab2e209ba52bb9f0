package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.HeartbeatOptions;
import org.stellwerk.runtime.options.RestartStrategyOptions;

/**
 * A deployment to a TaskManager that does not answer in time, but is not lost: it costs no attempt,
 * and a cancellation waits for it. The job has no restart to spend.
 */
class UnansweredDeploymentScenarioTest {

  private static final Configuration CONFIGURATION =
      Configuration.empty()
          .with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.NONE)
          .with(HeartbeatOptions.TIMEOUT, Duration.ofSeconds(15));

  /** Longer than a call waits for its answer, shorter than it takes to be lost. */
  private static final Duration PAUSE = Duration.ofSeconds(12);

  private static final JobGraph JOB =
      ScenarioCluster.job(SimTaskPlan.finishesAfter(Duration.ofSeconds(30)), 4);

  private ScenarioCluster cluster;
  private SimWorld world;
  private TaskLog log;

  private void start(long seed) {
    cluster = new ScenarioCluster(seed, CONFIGURATION).withTaskManagers();
    world = cluster.world();
    log = TaskLog.of(world);
    assertThat(world.configuration().get(RpcOptions.ASK_TIMEOUT)).isLessThan(PAUSE);
  }

  private void submitAnd(Runnable onDeployment) {
    cluster.onceUnderWay("TaskExecutorGateway.submitTasks", onDeployment);
    world.await(cluster.submit(JOB));
    cluster.await(() -> log.begun().size() >= 2);
  }

  private void freezeBoth() {
    world.faults().freeze("tm-1", PAUSE);
    world.faults().freeze("tm-2", PAUSE);
  }

  /** Calls to the TaskManagers are lost for a moment, those on their way as well. */
  private void loseCalls(Duration lasting) {
    setCalls(Status.BLACKHOLE_REQUESTS);
    world.scheduler().at(lasting, "calls arrive again", () -> setCalls(Status.CONNECTED));
  }

  private void setCalls(Status status) {
    world.network().setOneWay(List.of("jm-1"), List.of("tm-1", "tm-2"), status);
  }

  private void finishesWithItsFirstAttempts() {
    cluster.await(() -> cluster.allRunning().size() == 4);
    assertThat(cluster.allRunning()).allMatch(attempt -> attempt.attemptNumber() == 0);
    assertThat(cluster.restartsOf(JOB)).isZero();
    assertThat(cluster.awaitResult(JOB)).isEqualTo(JobStatus.FINISHED);
    assertThat(log.begun()).hasSize(4);
    assertThat(log.cancelled()).isEmpty();
    cluster.assertWellAndIdle(4);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void aPauseInTheMiddleOfADeploymentCostsNothing(long seed) {
    start(seed);
    submitAnd(this::freezeBoth);
    finishesWithItsFirstAttempts();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aDeploymentThatIsLostIsSentAgain(long seed) {
    start(seed);
    submitAnd(() -> loseCalls(Duration.ofSeconds(1)));
    finishesWithItsFirstAttempts();
  }

  /** The job is over when nothing of it runs, nor begins to run when its TaskManagers wake up. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aCancellationWaitsForWhoDoesNotAnswer(long seed) {
    start(seed);
    cluster.onceUnderWay("TaskExecutorGateway.submitTasks", this::freezeBoth);
    world.await(cluster.submit(JOB));
    world.scheduler().runFor(Duration.ofSeconds(1));
    cluster.cancel(world.dispatcher(), JOB.jobId());
    world.scheduler().runFor(PAUSE.minusMillis(1500));
    assertThat(cluster.resultOf(JOB)).isEmpty();
    cluster.awaitLed(JOB, JobStatus.CANCELLING);
    assertThat(cluster.awaitResult(JOB)).isEqualTo(JobStatus.CANCELED);
    List<ExecutionAttemptID> begun = log.begun();
    assertThat(log.cancelled()).containsExactlyInAnyOrderElementsOf(begun);
    cluster.assertWellAndIdle(4);
    assertThat(log.begun()).isEqualTo(begun);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aCancellationThatIsLostWithTheDeploymentIsRepeated(long seed) {
    start(seed);
    cluster.onceUnderWay("TaskExecutorGateway.submitTasks", () -> loseCalls(Duration.ofSeconds(1)));
    world.await(cluster.submit(JOB));
    world.scheduler().runFor(Duration.ofMillis(500));
    cluster.cancel(world.dispatcher(), JOB.jobId());
    assertThat(cluster.awaitResult(JOB)).isEqualTo(JobStatus.CANCELED);
    assertThat(log.begun()).isEmpty();
    cluster.assertWellAndIdle(4);
  }
}
