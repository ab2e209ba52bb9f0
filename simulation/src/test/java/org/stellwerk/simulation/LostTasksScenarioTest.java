package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.HeartbeatOptions;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.runtime.options.RestartStrategyOptions;

/**
 * What a change of leaders costs at most: tasks that are lost start again by region, nothing else
 * does; what has finished, was cancelled or was counted stays so.
 */
class LostTasksScenarioTest extends LeaderScenario {

  private static final Duration LONG = Duration.ofSeconds(70);
  private static final Duration LEASE = Duration.ofSeconds(12);

  private static JobGraph job(Configuration configuration, JobVertex... vertices) {
    return new JobGraph(
        new JobID(new UUID(1, 1)),
        "job",
        List.of(vertices),
        List.of(),
        configuration.toMap(),
        List.of());
  }

  private static JobVertex vertex(int number, SimTaskPlan plan) {
    return plan.vertex(new UUID(2, number), "vertex-" + number, 1);
  }

  private static ExecutionVertexID subtaskOf(JobVertex vertex) {
    return new ExecutionVertexID(vertex.id(), 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderAndATaskManagerAreKilledInTheSameInstant(long seed) {
    start(seed);
    JobGraph job = startJob(SimTaskPlan.finishesAfter(LONG));
    world.startTaskManager("tm-3", 2);
    world.awaitFreeSlots(2, ScenarioCluster.BOUND);
    List<ExecutionAttemptID> survivors = world.taskRunner("tm-1").running();
    List<ExecutionVertexID> lost =
        world.taskRunner("tm-2").running().stream()
            .map(ExecutionAttemptID::executionVertexId)
            .toList();
    untilAnotherLeads(
        () -> {
          world.faults().crash("jm-1");
          world.faults().crash("tm-2");
        });
    cluster.await(() -> cluster.running("tm-3") == 2);
    assertThat(world.taskRunner("tm-3").running())
        .extracting(ExecutionAttemptID::executionVertexId)
        .containsExactlyInAnyOrderElementsOf(lost);
    assertThat(world.taskRunner("tm-3").running())
        .allMatch(attempt -> attempt.attemptNumber() == 1);
    assertThat(world.taskRunner("tm-1").running()).isEqualTo(survivors);
    assertThat(log.cancelled()).isEmpty();
    assertThat(cluster.awaitResult(job)).isEqualTo(JobStatus.FINISHED);
    assertThat(log.finished()).containsAll(survivors);
    world.faults().restart("tm-2");
    cluster.assertWellAndIdle(6);
  }

  /** Who sees the unchanged leader, but cannot reach it, must not go on: others will. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aTaskManagerIsCutFromALeaderThatStays(long seed) {
    start(seed, Configuration.empty().with(HeartbeatOptions.TIMEOUT, Duration.ofSeconds(5)));
    JobGraph job = startJob(SimTaskPlan.finishesAfter(LONG));
    List<ExecutionAttemptID> others = world.taskRunner("tm-1").running();
    UUID first = cluster.leader();
    world.network().partition(List.of("jm-1"), List.of("tm-2"));
    runFor(15);
    assertThat(cluster.running("tm-2")).isZero();
    assertThat(world.taskRunner("tm-1").running()).isEqualTo(others);
    world.network().setStatus(List.of("jm-1"), List.of("tm-2"), Status.CONNECTED);
    cluster.await(() -> cluster.running("tm-2") == 2);
    assertThat(cluster.leader()).isEqualTo(first);
    assertEnds(job, JobStatus.FINISHED, 4);
    assertThat(log.finished()).containsAll(others);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aTaskManagerIsNotHeardByALeaderThatItHears(long seed) {
    start(seed, Configuration.empty().with(HeartbeatOptions.TIMEOUT, Duration.ofSeconds(5)));
    JobGraph job = startJob(SimTaskPlan.finishesAfter(LONG));
    List<ExecutionAttemptID> others = world.taskRunner("tm-1").running();
    world.network().setOneWay("tm-2", "jm-1", Status.BLACKHOLE);
    cluster.await(() -> cluster.running("tm-2") == 0);
    runFor(10);
    world.network().setOneWay("tm-2", "jm-1", Status.CONNECTED);
    cluster.await(() -> cluster.running("tm-2") == 2);
    assertEnds(job, JobStatus.FINISHED, 4);
    assertThat(log.finished()).containsAll(others);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void nobodyLeadsForLongerThanTheLease(long seed) {
    start(seed, Configuration.empty().with(JobManagerOptions.RECONNECT_LEASE, LEASE));
    JobGraph job = startJob(SimTaskPlan.finishesAfter(LONG));
    List<ExecutionAttemptID> attempts = cluster.allRunning();
    killBothJobManagers();
    world.scheduler().runFor(LEASE.minusSeconds(2));
    assertThat(cluster.allRunning()).isEqualTo(attempts);
    runFor(4);
    assertThat(cluster.allRunning()).isEmpty();
    world.faults().restart("jm-1");
    cluster.await(() -> cluster.allRunning().size() == 4);
    assertThat(cluster.allRunning()).allMatch(attempt -> attempt.attemptNumber() > 0);
    assertEnds(job, JobStatus.FINISHED, 4);
  }

  /** The TaskManager keeps the end of a task of which no leader has heard. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aTaskFinishesWhileNobodyLeads(long seed) {
    start(seed);
    JobVertex soon = vertex(1, SimTaskPlan.finishesAfter(Duration.ofSeconds(10)));
    JobVertex late = vertex(2, SimTaskPlan.finishesAfter(Duration.ofSeconds(60)));
    JobGraph job = job(Configuration.empty(), soon, late);
    world.await(cluster.submit(job));
    cluster.await(() -> cluster.allRunning().size() == 2);
    runFor(1);
    killBothJobManagers();
    runFor(20);
    assertThat(log.finished()).hasSize(1);
    world.faults().restart("jm-1");
    assertEnds(job, JobStatus.FINISHED, 4);
    assertThat(log.timesBegun(subtaskOf(soon))).isEqualTo(1);
    assertThat(log.timesBegun(subtaskOf(late))).isEqualTo(1);
  }

  /** At each moment between a task's end and the moment at which that is durable, and later. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 5, 10, 20, 50, 200, 1_000, 5_000})
  void theLeaderDiesWhenATaskHasJustFinished(long millisLater) {
    start(millisLater);
    JobVertex soon = vertex(1, SimTaskPlan.finishesAfter(Duration.ofSeconds(5)));
    JobVertex late = vertex(2, SimTaskPlan.finishesAfter(Duration.ofSeconds(60)));
    JobGraph job = job(Configuration.empty(), soon, late);
    UUID first = cluster.leader();
    world.addTransitionListener(
        (node, machine, id, from, to) -> {
          if (machine.equals(TransitionObserver.TASK)
              && to == ExecutionState.FINISHED
              && cluster.leads(first)) {
            world
                .scheduler()
                .at(
                    Duration.ofMillis(millisLater),
                    "the leader dies",
                    () -> world.faults().crash("jm-1"));
          }
        });
    world.await(cluster.submit(job));
    cluster.awaitAnotherLeaderThan(first);
    assertEnds(job, JobStatus.FINISHED, 4);
    assertThat(log.timesBegun(subtaskOf(soon))).isEqualTo(1);
    assertThat(log.timesBegun(subtaskOf(late))).isEqualTo(1);
  }

  /** That it has finished is durable, so that nobody needs its TaskManager to know. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aFinishedTasksTaskManagerDiesWithTheLeader(long seed) {
    start(seed);
    JobVertex soon = vertex(1, SimTaskPlan.finishesAfter(Duration.ofSeconds(5)));
    JobVertex late = vertex(2, SimTaskPlan.finishesAfter(Duration.ofSeconds(60)));
    JobGraph job = job(Configuration.empty(), soon, late);
    List<String> where = new ArrayList<>();
    world.addTransitionListener(
        (node, machine, id, from, to) -> {
          if (machine.equals(TransitionObserver.TASK) && to == ExecutionState.FINISHED) {
            where.add(node.name());
          }
        });
    world.await(cluster.submit(job));
    cluster.await(() -> where.size() == 1);
    runFor(2);
    untilAnotherLeads(
        () -> {
          world.faults().crash("jm-1");
          world.faults().crash(where.get(0));
        });
    runFor(1);
    world.faults().restart(where.get(0));
    assertEnds(job, JobStatus.FINISHED, 4);
    assertThat(log.timesBegun(subtaskOf(soon))).isEqualTo(1);
  }

  /** One restart is allowed; the next leader carries it out, and does not allow another one. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderDiesWhileARestartWaits(long seed) {
    start(seed);
    JobVertex failing = vertex(1, SimTaskPlan.failsAfter(Duration.ofSeconds(5)));
    JobVertex other = vertex(2, SimTaskPlan.finishesAfter(LONG));
    JobGraph job = job(oneRestart(Duration.ofSeconds(6)), failing, other);
    world.await(cluster.submit(job));
    cluster.awaitLed(job, JobStatus.RESTARTING);
    runFor(1);
    killTheLeader();
    assertEnds(job, JobStatus.FAILED, 4);
    assertThat(log.timesBegun(subtaskOf(failing))).isEqualTo(2);
    assertThat(log.timesBegun(subtaskOf(other))).isEqualTo(1);
  }

  private static Configuration oneRestart(Duration delay) {
    return Configuration.empty()
        .with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.FIXED_DELAY)
        .with(RestartStrategyOptions.FIXED_DELAY_ATTEMPTS, 1)
        .with(RestartStrategyOptions.FIXED_DELAY_DELAY, delay);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void restartsAreCountedOverChangesOfLeaders(long seed) {
    start(seed);
    JobVertex failing = vertex(1, SimTaskPlan.failsAfter(Duration.ofSeconds(10)));
    JobVertex other = vertex(2, SimTaskPlan.finishesAfter(LONG));
    JobGraph job = job(oneRestart(Duration.ofMillis(100)), failing, other);
    world.await(cluster.submit(job));
    cluster.await(() -> log.timesBegun(subtaskOf(failing)) == 2);
    runFor(3);
    killTheLeader();
    assertEnds(job, JobStatus.FAILED, 4);
    assertThat(log.timesBegun(subtaskOf(failing))).isEqualTo(2);
  }

  /** Tasks that ignore the cancellation are still there when the next leader comes. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderDiesWhenItHasAcknowledgedACancellation(long seed) {
    start(seed);
    JobGraph job =
        startJob(SimTaskPlan.finishesAfter(LONG).ignoringCancelFor(Duration.ofSeconds(8)));
    cluster.cancel(world.dispatcher(), job.jobId());
    killTheLeader();
    assertEnds(job, JobStatus.CANCELED, 4);
    assertThat(log.begun()).hasSize(4);
    assertThat(log.finished()).isEmpty();
  }

  /** What a TaskManager does not bring to the next leader in time starts elsewhere. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aTaskManagerIsFrozenWhenTheLeaderDiesAndComesTooLate(long seed) {
    start(seed);
    JobGraph job = startJob(SimTaskPlan.finishesAfter(LONG));
    world.startTaskManager("tm-3", 2);
    world.awaitFreeSlots(2, ScenarioCluster.BOUND);
    List<ExecutionAttemptID> others = world.taskRunner("tm-1").running();
    world.faults().freeze("tm-2", Duration.ofSeconds(45));
    killTheLeader();
    cluster.await(() -> cluster.running("tm-3") == 2);
    cluster.await(() -> !world.node("tm-2").isFrozen());
    // What it still runs nobody wants any more.
    cluster.await(() -> cluster.running("tm-2") == 0);
    assertThat(world.taskRunner("tm-1").running()).isEqualTo(others);
    assertEnds(job, JobStatus.FINISHED, 6);
    assertThat(log.finished()).hasSize(4).containsAll(others);
  }
}
