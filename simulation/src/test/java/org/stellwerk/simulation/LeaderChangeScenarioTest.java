package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.simulation.ScenarioCluster.ASK;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.HeartbeatOptions;
import org.stellwerk.runtime.resourcemanager.ResourceManager;

/**
 * Whatever becomes of leaders and of the coordination service, tasks that run go on: the same
 * attempts, none of them cancelled, no restart. The exceptions are scenarios of {@link
 * LostTasksScenarioTest}.
 */
class LeaderChangeScenarioTest extends LeaderScenario {

  private static final Duration LONG = Duration.ofSeconds(100);

  private JobGraph job;
  private List<ExecutionAttemptID> attempts;

  /** The job of {@link #startJob} runs for long. */
  private void startWithARunningJob(long seed) {
    startWithARunningJob(seed, Configuration.empty());
  }

  private void startWithARunningJob(long seed, Configuration configuration) {
    start(seed, configuration);
    job = startJob(SimTaskPlan.finishesAfter(LONG));
    attempts = cluster.allRunning();
  }

  /** The leader has the job, and nothing has happened to its tasks; it comes to its end. */
  private void tasksWentOn() {
    cluster.awaitLed(job, JobStatus.RUNNING);
    assertThat(cluster.allRunning()).isEqualTo(attempts);
    assertThat(log.begun()).hasSameElementsAs(attempts);
    assertThat(log.cancelled()).isEmpty();
    assertThat(cluster.restartsOf(job)).isZero();
    assertEnds(job, JobStatus.FINISHED, 4);
    assertThat(log.begun()).hasSameElementsAs(attempts);
    assertThat(log.finished()).hasSameElementsAs(attempts);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderIsKilledAndAnotherOneStandsBy(long seed) {
    startWithARunningJob(seed);
    killTheLeader();
    tasksWentOn();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderIsAskedToEnd(long seed) {
    startWithARunningJob(seed);
    untilAnotherLeads(() -> world.faults().stop("jm-1"));
    tasksWentOn();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderIsAskedToEndWhileTasksHaveNowhereToMoveTo(long seed) {
    startWithARunningJob(seed);
    setAvailability(Availability.Mode.DRAINING);
    runFor(2);
    assertThat(cluster.allRunning()).isEqualTo(attempts);
    untilAnotherLeads(() -> world.faults().stop("jm-1"));
    cluster.awaitLed(job, JobStatus.RUNNING);
    setAvailability(Availability.Mode.OPEN);
    tasksWentOn();
  }

  /** Of all TaskManagers, by the ResourceManager that leads. */
  private void setAvailability(Availability.Mode mode) {
    List<ResourceManager> all = world.endpoints(ResourceManager.class);
    ResourceManager leading = all.get(all.size() - 1);
    ResourceManagerGateway gateway =
        world.await(
            world
                .client()
                .rpc()
                .connect(
                    leading.getAddress(), leading.getFencingToken(), ResourceManagerGateway.class));
    for (String taskManager : world.taskManagers()) {
      world.await(gateway.setTaskManagerAvailability(new ResourceID(taskManager), mode, ASK));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theOnlyJobManagerIsKilledAndStartedAgain(long seed) {
    startWithARunningJob(seed);
    untilAnotherLeads(
        () -> {
          killBothJobManagers();
          runFor(20);
          assertThat(cluster.allRunning()).isEqualTo(attempts);
          world.faults().restart("jm-1");
        });
    tasksWentOn();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void leadershipMovesSeveralTimesInARow(long seed) {
    startWithARunningJob(seed);
    untilAnotherLeads(
        () -> {
          world.faults().leaderPingPong(5);
          runFor(5);
        });
    tasksWentOn();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theCoordinationServiceIsAwayForLongerThanSessions(long seed) {
    startWithARunningJob(seed);
    JobGraph other = cluster.anotherJob(SimTaskPlan.finishesAfter(LONG), 1);
    world.startTaskManager("tm-3", 1);
    world.awaitFreeSlots(1, ScenarioCluster.BOUND);
    world.await(cluster.submit(other));
    cluster.await(() -> cluster.running("tm-3") == 1);
    runFor(1);
    UUID first = cluster.leader();
    var dispatcher = world.dispatcher();
    world.faults().crash("zk");
    runFor(15);
    // Its jobs can be listed and cancelled meanwhile.
    assertThat(world.await(dispatcher.requestMultipleJobDetails(ASK))).hasSize(2);
    cluster.cancel(dispatcher, other.jobId());
    cluster.await(() -> cluster.running("tm-3") == 0);
    runFor(15);
    world.faults().restart("zk");
    cluster.await(() -> world.coordination().publishedLeader().isPresent());
    assertThat(cluster.leader()).isEqualTo(first);
    assertThat(cluster.awaitResult(other)).isEqualTo(JobStatus.CANCELED);
    assertThat(cluster.allRunning()).isEqualTo(attempts);
    assertEnds(job, JobStatus.FINISHED, 5);
    assertThat(log.finished()).hasSameElementsAs(attempts);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderIsKilledWhileTheCoordinationServiceIsAway(long seed) {
    startWithARunningJob(seed);
    untilAnotherLeads(
        () -> {
          world.faults().crash("zk");
          runFor(2);
          world.faults().crash("jm-1");
          runFor(30);
          assertThat(cluster.allRunning()).isEqualTo(attempts);
          world.faults().restart("zk");
        });
    tasksWentOn();
  }

  /** For a while both lead by what they know; only one of them changes anything. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderStandsStillAndWakes(long seed) {
    startWithARunningJob(seed);
    UUID first = cluster.leader();
    List<UUID> writers = writersFrom(first);
    world.faults().freeze("jm-1", Duration.ofSeconds(30));
    cluster.awaitAnotherLeaderThan(first);
    cluster.awaitLed(job, JobStatus.RUNNING);
    cluster.await(() -> !world.node("jm-1").isFrozen());
    runFor(5);
    assertThat(world.coordination().believers()).hasSize(1);
    assertThat(writers).doesNotContain(first);
    tasksWentOn();
  }

  /** The sessions that write once the first one does not lead any more. */
  private List<UUID> writersFrom(UUID first) {
    List<UUID> writers = new ArrayList<>();
    cluster
        .stores()
        .addListener(
            (session, what) -> {
              if (!cluster.leads(first)) {
                writers.add(session);
              }
            });
    return writers;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderIsCutFromTheCoordinationServiceOnly(long seed) {
    startWithARunningJob(seed);
    untilAnotherLeads(() -> world.faults().cutFromCoordination("jm-1", SimFaults.Way.BOTH));
    cluster.awaitLed(job, JobStatus.RUNNING);
    assertThat(world.coordination().believers()).hasSize(2);
    runFor(20);
    world.faults().reconnectToCoordination("jm-1");
    cluster.await(() -> world.coordination().believers().size() == 1);
    tasksWentOn();
  }

  /** The leader's pings do not arrive, but what the service sends does. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderIsCutFromTheCoordinationServiceOneWay(long seed) {
    startWithARunningJob(seed);
    untilAnotherLeads(() -> world.faults().cutFromCoordination("jm-1", SimFaults.Way.TO_SERVICE));
    runFor(20);
    world.faults().reconnectToCoordination("jm-1");
    tasksWentOn();
  }

  /** TaskManagers that cannot see who leads follow whom they know. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theTaskManagersAreCutFromTheCoordinationService(long seed) {
    startWithARunningJob(seed);
    UUID first = cluster.leader();
    world.faults().cutFromCoordination("tm-1", SimFaults.Way.BOTH);
    world.faults().cutFromCoordination("tm-2", SimFaults.Way.BOTH);
    runFor(20);
    world.faults().reconnectToCoordination("tm-1");
    world.faults().reconnectToCoordination("tm-2");
    assertThat(cluster.leader()).isEqualTo(first);
    tasksWentOn();
  }

  /** A silence that is shorter than the heartbeat timeout is none. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderIsCutFromTheTaskManagersForLessThanTheHeartbeatTimeout(long seed) {
    startWithARunningJob(
        seed, Configuration.empty().with(HeartbeatOptions.TIMEOUT, Duration.ofSeconds(15)));
    List<String> taskManagers = List.of("tm-1", "tm-2");
    world.network().partition(List.of("jm-1"), taskManagers);
    runFor(8);
    world.network().setStatus(List.of("jm-1"), taskManagers, Status.CONNECTED);
    tasksWentOn();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderIsKilledAndItsAddressAnswersNobody(long seed) {
    startWithARunningJob(seed);
    untilAnotherLeads(() -> world.network().isolate("jm-1"));
    cluster.awaitLed(job, JobStatus.RUNNING);
    world.faults().crash("jm-1");
    assertThat(world.endpoints(JobMaster.class)).hasSize(1);
    tasksWentOn();
  }

  /** Nobody tells the TaskManagers that the silent leader leads no more; nor that it still does. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theLeaderAndTheCoordinationServiceFallSilentTogether(long seed) {
    startWithARunningJob(
        seed, Configuration.empty().with(HeartbeatOptions.TIMEOUT, Duration.ofSeconds(5)));
    List<String> host = List.of("jm-1", "jm-2", SimCoordination.NODE_NAME);
    host.forEach(world.network()::isolate);
    runFor(1);
    world.faults().crash("jm-1");
    world.faults().crash("jm-2");
    runFor(40);
    assertThat(cluster.allRunning()).isEqualTo(attempts);
    host.forEach(world.network()::rejoin);
    world.faults().restart("jm-1");
    tasksWentOn();
  }

  /** Three leaders one after the other under one job, the first of which comes back. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void allJobManagersAreStartedAgainOneAfterTheOther(long seed) {
    startWithARunningJob(seed);
    for (String jobManager : List.of("jm-1", "jm-2", "jm-1", "jm-2")) {
      world.faults().stop(jobManager);
      cluster.await(() -> !world.node(jobManager).isAlive());
      world.faults().restart(jobManager);
      cluster.awaitLed(job, JobStatus.RUNNING);
      runFor(2);
    }
    tasksWentOn();
  }

  /** Jobs that a leader has taken over can be cancelled by it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whatWasTakenOverCanBeCancelled(long seed) {
    startWithARunningJob(seed);
    killTheLeader();
    cluster.awaitLed(job, JobStatus.RUNNING);
    JobID jobId = job.jobId();
    cluster.cancel(world.dispatcher(), jobId);
    assertEnds(job, JobStatus.CANCELED, 4);
    assertThat(log.begun()).hasSameElementsAs(attempts);
  }
}
