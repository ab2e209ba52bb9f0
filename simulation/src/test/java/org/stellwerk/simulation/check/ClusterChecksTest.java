package org.stellwerk.simulation.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.rpc.simulation.SimFailure;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.simulation.SimTaskPlan;
import org.stellwerk.simulation.SimWorld;

/** The checks on real processes: that they are silent where all is well, and fire where not. */
class ClusterChecksTest {

  private static final Duration ASK = Duration.ofSeconds(10);
  private static final Duration BOUND = Duration.ofMinutes(1);
  private static final List<String> PROCESSES = List.of("jm-1", "jm-2", "tm-1", "tm-2");

  private final SimWorld world = new SimWorld(9);
  private final ClusterChecks checks = ClusterChecks.attach(world);
  private final DispatcherGateway dispatcher;
  private final UUID session;

  ClusterChecksTest() {
    world.startJobManager("jm-1");
    world.startJobManager("jm-2");
    world.startTaskManager("tm-1", 2);
    world.startTaskManager("tm-2", 2);
    dispatcher = world.dispatcher();
    session = world.coordination().leaderSession().orElseThrow();
  }

  private JobID submit(int number, int parallelism) {
    JobGraph job =
        new JobGraph(
            new JobID(new UUID(1, number)),
            "job-" + number,
            List.of(SimTaskPlan.runsForEver().vertex(new UUID(2, number), "work", parallelism)),
            List.of(),
            Map.of(),
            List.of());
    var answer = dispatcher.submitJob(job, ASK);
    checks.history().submit(job.jobId(), session, answer);
    world.await(answer);
    return job.jobId();
  }

  private void assertLiveness(String problem) {
    assertThatThrownBy(() -> checks.liveness().await(Duration.ofSeconds(5)))
        .isInstanceOfSatisfying(
            InvariantViolation.class, violation -> assertThat(violation.id()).isEqualTo("liveness"))
        .hasMessageContaining(problem);
  }

  @Test
  void aClusterThatIsWellAndOneThatHasEndedPass() {
    submit(1, 3);
    JobID second = submit(2, 1);
    checks.liveness().await(BOUND);
    var cancelled = dispatcher.cancelJob(second, ASK);
    checks.history().cancel(second, session, cancelled);
    world.await(cancelled);
    checks.liveness().await(BOUND);
    assertThat(world.coordination().stores().result(second)).isPresent();
    checks.history().check();
    PROCESSES.forEach(world.faults()::stop);
    world.scheduler().runUntil(() -> PROCESSES.stream().noneMatch(n -> world.node(n).isAlive()));
    checks.checkLeaks(PROCESSES);
  }

  @Test
  void aClusterWithoutLeaderIsNotWell() {
    world.faults().crash("jm-1");
    world.faults().crash("jm-2");
    world.scheduler().runFor(BOUND);
    assertLiveness("nobody leads");
  }

  @Test
  void aTaskManagerThatCannotBeReachedIsMissed() {
    checks.liveness().await(BOUND);
    world.network().isolate("tm-1");
    world.scheduler().runFor(BOUND);
    assertLiveness("tm-1");
  }

  @Test
  void aJobThatMissesSlotsWhileSomeAreFreeIsNotWell() {
    checks.liveness().await(BOUND);
    world.network().isolate("tm-1");
    submit(1, 4);
    assertLiveness("needs 4 slots");
  }

  @Test
  void aProcessThatHasNotEndedIsALeak() {
    checks.liveness().await(BOUND);
    assertThatThrownBy(() -> checks.checkLeaks(List.of("tm-1")))
        .isInstanceOfSatisfying(
            InvariantViolation.class, violation -> assertThat(violation.id()).isEqualTo("leak"))
        .hasMessageContaining("tm-1#1 still has endpoint")
        .hasMessageContaining("a session of tm-1#1")
        .hasMessageContaining("still to come");
  }

  @Test
  void whatIsBrokenEndsTheRun() {
    submit(1, 4);
    checks.liveness().await(BOUND);
    TaskExecutor taskExecutor = world.endpoints(TaskExecutor.class).get(0);
    world
        .node("tm-1")
        .io()
        .execute(
            () ->
                taskExecutor.disconnectJobMaster(
                    new JobID(new UUID(1, 1)), Given.jobMaster(session), "outside of its thread"));
    assertThatThrownBy(() -> world.scheduler().runFor(BOUND))
        .isInstanceOf(SimFailure.class)
        .cause()
        .isInstanceOfSatisfying(
            InvariantViolation.class, violation -> assertThat(violation.id()).isEqualTo("I9"));
  }

  @Test
  void theChecksSeeAWorldFromItsBeginning() {
    assertThatThrownBy(() -> ClusterChecks.attach(world)).hasMessageContaining("before processes");
  }
}
