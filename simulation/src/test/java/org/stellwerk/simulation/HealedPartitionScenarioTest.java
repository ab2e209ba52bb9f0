package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.HeartbeatOptions;

/**
 * A partition that is over an interval of heartbeats before their timeout costs no task, though TCP
 * stays silent for as long again; who stands still is lost no later for that.
 */
class HealedPartitionScenarioTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final Duration LONG = Duration.ofSeconds(150);
  private static final Duration SHORT = Duration.ofSeconds(60);

  private ScenarioCluster cluster;
  private SimWorld world;
  private TaskLog log;
  private JobGraph job;

  private void start(long seed, Duration lasting) {
    Configuration configuration = Configuration.empty().with(HeartbeatOptions.TIMEOUT, TIMEOUT);
    cluster = new ScenarioCluster(seed, configuration).withTaskManagers();
    world = cluster.world();
    log = TaskLog.of(world);
    job = ScenarioCluster.job(SimTaskPlan.finishesAfter(lasting), 4);
    world.await(cluster.submit(job));
    cluster.await(() -> cluster.running("tm-1") == 2 && cluster.running("tm-2") == 2);
    world.scheduler().runFor(Duration.ofSeconds(2));
  }

  private void costsNothing(Status status, boolean there, boolean back, Duration lasting) {
    List<ExecutionAttemptID> before = cluster.allRunning();
    UUID leader = cluster.leader();
    List<String> taskManagers = List.of("tm-1", "tm-2");
    for (int round = 0; round < 3; round++) {
      if (there) {
        world.network().setOneWay(List.of("jm-1"), taskManagers, status);
      }
      if (back) {
        world.network().setOneWay(taskManagers, List.of("jm-1"), status);
      }
      world.scheduler().runFor(lasting);
      world.network().setStatus(List.of("jm-1"), taskManagers, Status.CONNECTED);
      world.scheduler().runFor(Duration.ofSeconds(20));
      assertThat(cluster.allRunning()).isEqualTo(before);
    }
    assertThat(log.begun()).hasSize(4);
    assertThat(log.cancelled()).isEmpty();
    assertThat(cluster.leader()).isEqualTo(leader);
    assertThat(cluster.awaitResult(job)).isEqualTo(JobStatus.FINISHED);
    cluster.assertWellAndIdle(4);
  }

  @ParameterizedTest
  @CsvSource({"1,8000", "2,8000", "3,8000", "4,12000", "5,12000", "6,13900", "7,13900"})
  void bothWays(long seed, long ms) {
    start(seed, LONG);
    costsNothing(Status.BLACKHOLE, true, true, Duration.ofMillis(ms));
  }

  @ParameterizedTest
  @CsvSource({"1,8000", "2,12000", "3,13900", "4,13900"})
  void fromTheLeader(long seed, long ms) {
    start(seed, LONG);
    costsNothing(Status.BLACKHOLE, true, false, Duration.ofMillis(ms));
  }

  @ParameterizedTest
  @CsvSource({"1,8000", "2,12000", "3,13900", "4,13900"})
  void toTheLeader(long seed, long ms) {
    start(seed, LONG);
    costsNothing(Status.BLACKHOLE, false, true, Duration.ofMillis(ms));
  }

  /** Its tasks are the leader's all the time, and are taken up again as they are. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whoTakesTheLeaderForGoneComesBackWithItsTasks(long seed) {
    start(seed, SHORT);
    List<ExecutionAttemptID> before = cluster.allRunning();
    world.network().setOneWay("tm-1", "jm-1", Status.REFUSED);
    world.scheduler().runFor(Duration.ofMillis(500));
    world.network().setOneWay("tm-1", "jm-1", Status.CONNECTED);
    world.scheduler().runFor(Duration.ofSeconds(10));
    assertThat(cluster.allRunning()).isEqualTo(before);
    assertThat(log.cancelled()).isEmpty();
    assertThat(cluster.restartsOf(job)).isZero();
    assertThat(cluster.awaitResult(job)).isEqualTo(JobStatus.FINISHED);
    assertThat(log.begun()).hasSize(4);
    cluster.assertWellAndIdle(4);
  }

  /** The question costs whoever does not answer it no more than its limit. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whoStandsStillIsLostInTime(long seed) {
    start(seed, SHORT);
    world.faults().freeze("tm-2", Duration.ofSeconds(40));
    world.scheduler().runFor(TIMEOUT.minusSeconds(1));
    assertThat(cluster.restartsOf(job)).isZero();
    world.scheduler().runFor(Duration.ofSeconds(1).plus(RpcService.ANSWER_LIMIT.dividedBy(3)));
    assertThat(cluster.restartsOf(job)).isEqualTo(1);
    assertThat(cluster.awaitResult(job)).isEqualTo(JobStatus.FINISHED);
    cluster.assertWellAndIdle(4);
  }
}
