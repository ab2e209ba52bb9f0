package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimMessage;
import org.stellwerk.rpc.simulation.SimObserver;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.simulation.check.ClusterChecks;

/**
 * A cluster under all checks, for scenarios: the JobManagers jm-1, which leads, and jm-2; the
 * scenario adds TaskManagers. What its client asks is part of the client history.
 */
final class ScenarioCluster {

  static final Duration ASK = Duration.ofSeconds(10);

  /** Within which everything happens that a scenario waits for. */
  static final Duration BOUND = Duration.ofMinutes(2);

  private final SimWorld world;
  private final ClusterChecks checks;

  ScenarioCluster(long seed) {
    this(seed, Configuration.empty());
  }

  ScenarioCluster(long seed, Configuration configuration) {
    world = new SimWorld(seed, configuration);
    checks = ClusterChecks.attach(world);
    world.startJobManager("jm-1");
    world.dispatcher();
    world.startJobManager("jm-2");
  }

  /** Two TaskManagers with two slots each, all of which the leader knows. */
  ScenarioCluster withTaskManagers() {
    world.startTaskManager("tm-1", 2);
    world.startTaskManager("tm-2", 2);
    world.awaitFreeSlots(4, BOUND);
    return this;
  }

  SimWorld world() {
    return world;
  }

  SimStores stores() {
    return world.coordination().stores();
  }

  static JobGraph job(SimTaskPlan plan, int parallelism) {
    return new JobGraph(
        new JobID(new UUID(1, 1)),
        "job",
        List.of(plan.vertex(new UUID(2, 1), "work", parallelism)),
        List.of(),
        Map.of(),
        List.of());
  }

  /** Another job than {@link #job}, with subtasks of its own. */
  JobGraph anotherJob(SimTaskPlan plan, int parallelism) {
    return new JobGraph(
        new JobID(new UUID(1, 2)),
        "another job",
        List.of(plan.vertex(new UUID(2, 2), "work", parallelism)),
        List.of(),
        Map.of(),
        List.of());
  }

  CompletableFuture<Acknowledge> submit(JobGraph job) {
    DispatcherGateway dispatcher = world.dispatcher();
    CompletableFuture<Acknowledge> answer = dispatcher.submitJob(job, ASK);
    checks.history().submit(job.jobId(), dispatcher.getFencingToken().value(), answer);
    return answer;
  }

  /** Cancels the job; the order was accepted. */
  void cancel(DispatcherGateway dispatcher, JobID jobId) {
    CompletableFuture<Acknowledge> answer = dispatcher.cancelJob(jobId, ASK);
    checks.history().cancel(jobId, dispatcher.getFencingToken().value(), answer);
    world.await(answer);
  }

  /** Runs the world until the leader has a JobMaster of the job, in this state. */
  void awaitLed(JobGraph job, JobStatus status) {
    await(
        () ->
            world.endpoints(JobMaster.class).stream()
                .filter(each -> leads(each.getFencingToken().value()))
                .filter(each -> each.getJobId().equals(job.jobId()))
                .anyMatch(each -> each.getJobStatus() == status));
  }

  /** Whether the session is the one that leads, by the coordination service's own knowledge. */
  boolean leads(UUID session) {
    return world.coordination().leaderSession().filter(session::equals).isPresent();
  }

  /** How often the job was restarted, by what the leader says. */
  long restartsOf(JobGraph job) {
    return world.await(world.dispatcher().requestJob(job.jobId(), ASK)).numberOfRestarts();
  }

  /** The session of the leader that is published. */
  UUID leader() {
    return world.coordination().publishedLeader().orElseThrow().sessionId();
  }

  void awaitAnotherLeaderThan(UUID session) {
    await(
        () ->
            world
                .coordination()
                .publishedLeader()
                .filter(leader -> !leader.sessionId().equals(session))
                .isPresent());
  }

  void await(BooleanSupplier condition) {
    world.scheduler().runUntil(condition, BOUND);
  }

  /** How many attempts' code runs on the TaskManager. */
  int running(String taskManager) {
    return world.taskRunner(taskManager).running().size();
  }

  /** The attempts whose code runs, on all TaskManagers. */
  List<ExecutionAttemptID> allRunning() {
    List<ExecutionAttemptID> running = new ArrayList<>();
    world.taskManagers().forEach(name -> running.addAll(world.taskRunner(name).running()));
    return running;
  }

  JobStatus awaitResult(JobGraph job) {
    await(() -> stores().result(job.jobId()).isPresent());
    return resultOf(job).orElseThrow();
  }

  Optional<JobStatus> resultOf(JobGraph job) {
    return stores().result(job.jobId()).map(JobResult::status);
  }

  /** Acts once, as soon as such a message is under way. */
  void onceUnderWay(String call, Runnable action) {
    world
        .scheduler()
        .addObserver(
            new SimObserver() {
              private boolean seen;

              @Override
              public void onMessage(SimMessage message) {
                if (!seen && message.label().startsWith(call)) {
                  seen = true;
                  now(call + " is under way", action);
                }
              }
            });
  }

  /** Acts in an event of its own, at this instant. */
  void now(String why, Runnable action) {
    world.scheduler().at(Duration.ZERO, why, action);
  }

  /** Everybody agrees, nothing is left of jobs, and clients were told what can be explained. */
  void assertWellAndIdle(int slots) {
    checks.liveness().await(BOUND);
    world.awaitFreeSlots(slots, BOUND);
    checks.history().check();
    assertThat(stores().jobs()).isEmpty();
    assertThat(stores().dirtyResults()).isEmpty();
    for (String taskManager : world.taskManagers()) {
      if (world.isUp(taskManager)) {
        assertThat(running(taskManager)).as("tasks on %s", taskManager).isZero();
      }
    }
  }
}
