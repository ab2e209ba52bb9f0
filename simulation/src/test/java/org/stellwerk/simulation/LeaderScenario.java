package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobStatus;

/**
 * The ground of scenarios in which leaders come and go over tasks that run: jm-1 leads, jm-2 stands
 * by, tm-1 and tm-2 have two slots each, and what befalls tasks is logged.
 */
abstract class LeaderScenario {

  ScenarioCluster cluster;
  SimWorld world;
  TaskLog log;

  final void start(long seed) {
    start(seed, Configuration.empty());
  }

  final void start(long seed, Configuration configuration) {
    cluster = new ScenarioCluster(seed, configuration).withTaskManagers();
    world = cluster.world();
    log = TaskLog.of(world);
  }

  /**
   * A job runs, two on each TaskManager of its four subtasks, which have nothing to do with one
   * another; its JobMaster has heard of it.
   */
  final JobGraph startJob(SimTaskPlan plan) {
    JobGraph job = ScenarioCluster.job(plan, 4);
    world.await(cluster.submit(job));
    cluster.await(() -> cluster.running("tm-1") == 2 && cluster.running("tm-2") == 2);
    runFor(1);
    return job;
  }

  final void runFor(long seconds) {
    world.scheduler().runFor(Duration.ofSeconds(seconds));
  }

  /** Acts, and runs the world until another leads than before. */
  final void untilAnotherLeads(Runnable fault) {
    UUID first = cluster.leader();
    fault.run();
    cluster.awaitAnotherLeaderThan(first);
  }

  /** Runs the world until the other one leads. */
  final void killTheLeader() {
    untilAnotherLeads(() -> world.faults().crash("jm-1"));
  }

  final void killBothJobManagers() {
    world.faults().crash("jm-2");
    world.faults().crash("jm-1");
  }

  /** The job comes to this end, and leaves nothing but so many free slots. */
  final void assertEnds(JobGraph job, JobStatus status, int slots) {
    assertThat(cluster.awaitResult(job)).isEqualTo(status);
    cluster.assertWellAndIdle(slots);
  }
}
