package org.stellwerk.simulation.page;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.stellwerk.rpc.simulation.SimRandom;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.simulation.SimTaskPlan;
import org.stellwerk.simulation.SimWorld;

/** Real runs that are worth looking at. */
final class RecordedRuns {

  private static final Duration ASK = Duration.ofSeconds(10);
  private static final Duration JOB = Duration.ofMinutes(5);

  private RecordedRuns() {}

  static JobGraph job(int number, int parallelism, SimTaskPlan plan) {
    return new JobGraph(
        new JobID(new UUID(1, number)),
        "job-" + number,
        List.of(plan.vertex(new UUID(2, number), "work", parallelism)),
        List.of(),
        Map.of(),
        List.of());
  }

  private static SimWorld cluster(SimWorld world, String... jobManagers) {
    for (String name : jobManagers) {
      world.startJobManager(name);
    }
    world.startTaskManager("tm-1", 2);
    world.startTaskManager("tm-2", 2);
    world.awaitFreeSlots(4, Duration.ofSeconds(30));
    return world;
  }

  /** One job runs and finishes. */
  static RecordedRun plainJob(long seed) {
    SimWorld world = new SimWorld(seed);
    RunRecorder recorder = RunRecorder.attach(world);
    cluster(world, "jm");
    JobGraph job = job(1, 4, SimTaskPlan.finishesAfter(Duration.ofSeconds(3)));
    DispatcherGateway dispatcher = world.dispatcher();
    world.await(dispatcher.submitJob(job, ASK));
    world.await(dispatcher.requestJobResult(job.jobId(), JOB));
    world.awaitFreeSlots(4, Duration.ofSeconds(30));
    return recorder.finish("a job runs");
  }

  /** A TaskManager is killed under a job, and comes back. */
  static RecordedRun workerCrash(long seed) {
    SimWorld world = new SimWorld(seed);
    RunRecorder recorder = RunRecorder.attach(world);
    cluster(world, "jm");
    JobGraph job = job(1, 4, SimTaskPlan.finishesAfter(Duration.ofSeconds(6)));
    DispatcherGateway dispatcher = world.dispatcher();
    world.await(dispatcher.submitJob(job, ASK));
    world.scheduler().runFor(Duration.ofSeconds(2));
    recorder.note("kill tm-2");
    world.node("tm-2").crash();
    world.scheduler().runFor(Duration.ofSeconds(3));
    world.startTaskManager("tm-2", 2);
    world.await(dispatcher.requestJobResult(job.jobId(), JOB));
    world.awaitFreeSlots(4, Duration.ofSeconds(30));
    return recorder.finish("a TaskManager is killed");
  }

  /** The leader is cut off from the coordination service: for a while two believe to lead. */
  static RecordedRun twoLeaders(long seed) {
    SimWorld world = new SimWorld(seed);
    RunRecorder recorder = RunRecorder.attach(world);
    cluster(world, "jm-1", "jm-2");
    JobGraph job = job(1, 4, SimTaskPlan.finishesAfter(Duration.ofMinutes(2)));
    DispatcherGateway dispatcher = world.dispatcher();
    world.await(dispatcher.submitJob(job, ASK));
    world.scheduler().runFor(Duration.ofSeconds(5));
    String leader = world.coordination().leadingNode().orElseThrow().name();
    recorder.note("the leader is frozen for longer than its session lasts");
    world.node(leader).freeze(Duration.ofSeconds(12));
    world.scheduler().runFor(Duration.ofSeconds(30));
    world.network().clog("tm-1", Duration.ofSeconds(3));
    world.scheduler().runFor(Duration.ofSeconds(10));
    return recorder.finish("two believe to lead", "I5", "an example of a violation");
  }

  /** The leader is killed while a job runs; another one takes over. */
  static RecordedRun leaderKill(long seed) {
    SimWorld world = new SimWorld(seed);
    RunRecorder recorder = RunRecorder.attach(world);
    cluster(world, "jm-1", "jm-2");
    JobGraph job = job(1, 2, SimTaskPlan.finishesAfter(Duration.ofSeconds(10)));
    world.await(world.dispatcher().submitJob(job, ASK));
    world.scheduler().runFor(Duration.ofSeconds(3));
    String leader = world.coordination().leadingNode().orElseThrow().name();
    recorder.note("kill the leader");
    world.node(leader).crash();
    world.scheduler().runFor(Duration.ofSeconds(5));
    world.startJobManager(leader);
    world.scheduler().runFor(Duration.ofSeconds(10));
    return recorder.finish("The leader is killed");
  }

  /** Many jobs on many TaskManagers, and always something fails. */
  static RecordedRun busy(long seed) {
    SimWorld world = new SimWorld(seed);
    RunRecorder recorder = RunRecorder.attach(world);
    cluster(world, "jm-1", "jm-2");
    for (int i = 3; i <= 6; i++) {
      world.startTaskManager("tm-" + i, 4);
    }
    SimRandom random = world.scheduler().random().fork("busy");
    for (int i = 1; i <= 60; i++) {
      JobGraph job = job(i, 1 + i % 4, SimTaskPlan.finishesAfter(Duration.ofMillis(100L * i)));
      world
          .coordination()
          .publishedLeader()
          .ifPresent(
              leader ->
                  world
                      .client()
                      .rpc()
                      .connect(
                          leader.dispatcherAddress(),
                          new DispatcherId(leader.sessionId()),
                          DispatcherGateway.class)
                      .thenAccept(dispatcher -> dispatcher.submitJob(job, ASK)));
      world.scheduler().runFor(Duration.ofMillis(200 + random.nextLong(1500)));
      if (i % 5 == 0) {
        String victim = "tm-" + (1 + random.nextLong(6));
        world.node(victim).crash();
        world.scheduler().runFor(Duration.ofMillis(random.nextLong(2000)));
        world.startTaskManager(victim, 4);
      }
      if (i % 17 == 0) {
        world.coordination().expireLeader();
      }
      if (i % 13 == 0) {
        world.network().isolate("tm-" + (1 + random.nextLong(6)));
        world.scheduler().runFor(Duration.ofSeconds(3));
        world.network().heal();
      }
    }
    return recorder.finish("many jobs, many faults");
  }
}
