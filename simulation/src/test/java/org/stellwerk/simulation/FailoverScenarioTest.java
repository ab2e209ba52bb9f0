package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.simulation.ScenarioCluster.ASK;
import static org.stellwerk.simulation.ScenarioCluster.job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.exceptions.DuplicateJobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.runtime.options.HeartbeatOptions;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot.Need;

/** The moments at which a failover hurts most, one at a time, under all checks. */
class FailoverScenarioTest {

  private static final Duration SHORT = Duration.ofSeconds(20);

  @Test
  void theLeaderLosesTheCoordinationServiceWhileASlotOfferIsInFlight() {
    ScenarioCluster cluster = new ScenarioCluster(101).withTaskManagers();
    SimWorld world = cluster.world();
    UUID first = cluster.leader();
    List<String> results = resultWrites(world);
    cluster.onceUnderWay(
        "JobMasterGateway.registerTaskManager",
        () -> world.faults().cutFromCoordination("jm-1", SimFaults.Way.BOTH));
    JobGraph job = job(SimTaskPlan.finishesAfter(SHORT), 4);
    world.await(cluster.submit(job));
    // Nobody has told the leader: it takes the offer and deploys.
    cluster.await(() -> cluster.running("tm-1") == 2 && cluster.running("tm-2") == 2);
    List<ExecutionAttemptID> firstAttempts = cluster.allRunning();
    assertThat(cluster.leader()).isEqualTo(first);
    cluster.awaitAnotherLeaderThan(first);
    assertThat(world.coordination().believers()).hasSize(2);
    cluster.awaitLed(job, JobStatus.RUNNING);
    assertThat(cluster.allRunning()).containsExactlyInAnyOrderElementsOf(firstAttempts);
    world.faults().reconnectToCoordination("jm-1");
    assertThat(cluster.awaitResult(job)).isEqualTo(JobStatus.FINISHED);
    cluster.assertWellAndIdle(4);
    assertThat(world.coordination().believers()).hasSize(1);
    assertThat(results).hasSize(1);
  }

  private static List<String> resultWrites(SimWorld world) {
    List<String> writes = new ArrayList<>();
    world
        .coordination()
        .stores()
        .addListener(
            (session, what) -> {
              if (what.startsWith("store the result")) {
                writes.add(what);
              }
            });
    return writes;
  }

  @Test
  void aTaskManagerFreezesForLongerThanItsHeartbeatAndComesBack() {
    Duration timeout = Duration.ofSeconds(5);
    ScenarioCluster cluster =
        new ScenarioCluster(
                102,
                Configuration.empty()
                    .with(HeartbeatOptions.INTERVAL, Duration.ofSeconds(1))
                    .with(HeartbeatOptions.TIMEOUT, timeout))
            .withTaskManagers();
    SimWorld world = cluster.world();
    JobGraph job = job(SimTaskPlan.finishesAfter(Duration.ofMinutes(1)), 2);
    world.await(cluster.submit(job));
    cluster.await(() -> cluster.running("tm-1") == 1 && cluster.running("tm-2") == 1);
    List<ExecutionAttemptID> frozen = world.taskRunner("tm-2").running();
    world.faults().freeze("tm-2", timeout.multipliedBy(2));
    cluster.await(() -> cluster.running("tm-1") == 2);
    assertThat(world.node("tm-2").isFrozen()).isTrue();
    List<ExecutionAttemptID> survivors = world.taskRunner("tm-1").running();
    cluster.await(() -> !world.node("tm-2").isFrozen());
    assertThat(world.taskRunner("tm-2").running()).isEqualTo(frozen);
    // What it still runs was given up: it ends that, and nothing else is disturbed.
    world.scheduler().runUntil(() -> cluster.running("tm-2") == 0, timeout);
    world.awaitFreeSlots(2, timeout);
    assertThat(world.taskRunner("tm-1").running()).isEqualTo(survivors);
    assertThat(cluster.awaitResult(job)).isEqualTo(JobStatus.FINISHED);
    cluster.assertWellAndIdle(4);
  }

  @Test
  void theResourceManagerFailsOverWhileDeclaredRequirementsArePending() {
    ScenarioCluster cluster = new ScenarioCluster(103);
    SimWorld world = cluster.world();
    JobGraph job = job(SimTaskPlan.finishesAfter(SHORT), 4);
    world.await(cluster.submit(job));
    world.startTaskManager("tm-1", 2);
    cluster.await(() -> needs(world).equals(List.of(4)));
    world.scheduler().runFor(Duration.ofSeconds(1));
    UUID first = cluster.leader();
    world.faults().crash("jm-1");
    cluster.awaitAnotherLeaderThan(first);
    cluster.await(() -> needs(world).equals(List.of(4)));
    assertThat(cluster.running("tm-1")).isZero();
    world.startTaskManager("tm-2", 2);
    cluster.await(() -> cluster.running("tm-1") == 2 && cluster.running("tm-2") == 2);
    assertThat(cluster.awaitResult(job)).isEqualTo(JobStatus.FINISHED);
    cluster.assertWellAndIdle(4);
  }

  /** How many slots jobs have declared to the only ResourceManager that there is. */
  private static List<Integer> needs(SimWorld world) {
    List<ResourceManager> resourceManagers = world.endpoints(ResourceManager.class);
    return resourceManagers.size() == 1
        ? resourceManagers.get(0).snapshot().needs().stream().map(Need::required).toList()
        : List.of();
  }

  @Test
  void aSubmissionIsAcknowledgedAndThenTheDispatcherDies() {
    ScenarioCluster cluster = new ScenarioCluster(104).withTaskManagers();
    SimWorld world = cluster.world();
    JobGraph job = job(SimTaskPlan.finishesAfter(SHORT), 4);
    UUID first = cluster.leader();
    CompletableFuture<Void> died =
        cluster.submit(job).thenRun(() -> cluster.now("crash", () -> world.faults().crash("jm-1")));
    world.await(died);
    cluster.await(() -> !world.node("jm-1").isAlive());
    assertThat(cluster.allRunning()).as("nothing has begun").isEmpty();
    cluster.awaitAnotherLeaderThan(first);
    assertThat(world.scheduler().awaitFailure(cluster.submit(job)))
        .isInstanceOf(DuplicateJobSubmissionException.class);
    assertThat(cluster.awaitResult(job)).isEqualTo(JobStatus.FINISHED);
    cluster.assertWellAndIdle(4);
  }

  @Test
  void aJobFinishesWhileLeadershipIsRevoked() {
    ScenarioCluster cluster = new ScenarioCluster(105).withTaskManagers();
    SimWorld world = cluster.world();
    List<String> results = resultWrites(world);
    List<SimNode> finishedAt = new ArrayList<>();
    world.addTransitionListener(
        (node, machine, id, from, to) -> {
          if (machine.equals(TransitionObserver.JOB) && to == JobStatus.FINISHED) {
            finishedAt.add(node);
            if (finishedAt.size() == 1) {
              cluster.now("revoke", () -> world.faults().expireSession("jm-1"));
            }
          }
        });
    JobGraph job = job(SimTaskPlan.finishesAfter(SHORT), 4);
    world.await(cluster.submit(job));
    CompletableFuture<JobResult> promised =
        world.dispatcher().requestJobResult(job.jobId(), ScenarioCluster.BOUND);
    // A result that cannot be stored is not given out: the next leader runs the job again.
    assertThat(world.scheduler().awaitFailure(promised)).isInstanceOf(NotLeaderException.class);
    assertThat(finishedAt).containsExactly(world.node("jm-1"));
    assertThat(results).isEmpty();
    assertThat(cluster.awaitResult(job)).isEqualTo(JobStatus.FINISHED);
    assertThat(finishedAt).containsExactly(world.node("jm-1"), world.node("jm-2"));
    cluster.assertWellAndIdle(4);
    assertThat(results).hasSize(1);
    JobResult known = world.await(world.dispatcher().requestJobResult(job.jobId(), ASK));
    assertThat(known.status()).isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void leadershipIsRevokedBetweenAJobsResultAndItsCleanUp() {
    ScenarioCluster cluster = new ScenarioCluster(106).withTaskManagers();
    SimWorld world = cluster.world();
    UUID first = cluster.leader();
    List<String> results = resultWrites(world);
    cluster
        .stores()
        .addListener(
            (session, what) -> {
              if (what.startsWith("store the result")) {
                cluster.now("revoke", () -> world.faults().expireSession("jm-1"));
              }
            });
    JobGraph job = job(SimTaskPlan.finishesAfter(SHORT), 4);
    world.await(cluster.submit(job));
    assertThat(cluster.awaitResult(job)).isEqualTo(JobStatus.FINISHED);
    cluster.awaitAnotherLeaderThan(first);
    assertThat(world.endpoints(JobMaster.class)).noneMatch(each -> leads(cluster, each));
    cluster.assertWellAndIdle(4);
    assertThat(results).hasSize(1);
  }

  private static boolean leads(ScenarioCluster cluster, JobMaster jobMaster) {
    return jobMaster.getFencingToken().value().equals(cluster.leader());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aRefusedJobLeavesNothingBehind(long seed) {
    ScenarioCluster cluster = new ScenarioCluster(seed).withTaskManagers();
    SimWorld world = cluster.world();
    JobGraph job = job(SimTaskPlan.finishesAfter(SHORT), 4);
    // The first attempt may be carried out, but nobody hears of it; the next one fails for good.
    cluster.onceUnderWay("zk store job", () -> world.faults().breakStores(1));
    world.faults().failStores(0, 1);
    CompletableFuture<Acknowledge> answer = cluster.submit(job);
    world.scheduler().runFor(Duration.ofSeconds(3));
    world.faults().failStores(0, 0);
    world.scheduler().runFor(Duration.ofSeconds(3));
    world.faults().heal();
    cluster.await(answer::isDone);
    world.scheduler().runFor(Duration.ofSeconds(1));
    if (answer.isCompletedExceptionally()) {
      assertThat(cluster.stores().hasJob(job.jobId())).isFalse();
    } else {
      assertThat(cluster.awaitResult(job)).isEqualTo(JobStatus.FINISHED);
    }
    cluster.assertWellAndIdle(4);
  }

  /**
   * The order of writes rules it out, and ZooKeeper's promise that of one session nothing is
   * carried out late; but a new leader need not rely on either.
   */
  @Test
  void aJobThatIsStoredAfterItsCleanUpIsNotRunAgain() {
    ScenarioCluster cluster = new ScenarioCluster(107).withTaskManagers();
    SimWorld world = cluster.world();
    JobGraph job = job(SimTaskPlan.finishesAfter(SHORT), 4);
    world.await(cluster.submit(job));
    assertThat(cluster.awaitResult(job)).isEqualTo(JobStatus.FINISHED);
    cluster.assertWellAndIdle(4);
    cluster.stores().putJob(job);
    UUID first = cluster.leader();
    world.faults().crash("jm-1");
    cluster.awaitAnotherLeaderThan(first);
    cluster.await(() -> !cluster.stores().hasJob(job.jobId()));
    assertThat(cluster.resultOf(job)).contains(JobStatus.FINISHED);
    cluster.assertWellAndIdle(4);
  }
}
