package org.stellwerk.runtime.resourcemanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.messages.ResourceRequirements;

/** When a ResourceManager without TaskExecutors calls slots short. */
class StartUpTimeTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration NO_HEARTBEATS = Duration.ofDays(1);

  private final SimScheduler sim = new SimScheduler(3);
  private final SimNode node = new SimNetwork(sim).newNode("jm");
  private final ResourceManagerId session = ResourceManagerId.generate(node.ids());
  private final JobID jobId = JobID.generate(node.ids());
  private final TestingJobMaster jobMaster =
      new TestingJobMaster(node.rpc(), jobId, JobMasterId.generate(node.ids()));

  /** A job that needs 3 slots, at a ResourceManager with this start-up time. */
  private void declareWith(Duration startUpTime) {
    jobMaster.start();
    ResourceManager resourceManager =
        new ResourceManager(
            node.rpc(),
            session,
            new ResourceID("jm"),
            new ResourceManagerConfig(NO_HEARTBEATS, TIMEOUT, startUpTime),
            new RuntimeServices(
                node.clock(),
                node.ids(),
                node.random(),
                node.io(),
                node.fatalErrors(),
                FaultPoints.NONE,
                TransitionObserver.NONE));
    resourceManager.start();
    ResourceManagerGateway gateway =
        sim.await(
            node.rpc()
                .connect(resourceManager.getAddress(), session, ResourceManagerGateway.class));
    sim.await(
        gateway.registerJobMaster(
            jobMaster.getFencingToken(),
            new ResourceID("jm"),
            jobMaster.getAddress(),
            jobId,
            TIMEOUT));
    sim.await(
        gateway.declareRequiredResources(
            jobMaster.getFencingToken(),
            new ResourceRequirements(jobId, jobMaster.getAddress(), 1, 3),
            TIMEOUT));
  }

  @Test
  void notBeforeItIsOver() {
    declareWith(Duration.ofMinutes(2));
    sim.runFor(Duration.ofSeconds(119));
    assertThat(jobMaster.shortages).isEmpty();
    sim.runFor(Duration.ofSeconds(2));
    assertThat(jobMaster.shortages).containsExactly("0 of 0");
  }

  @Test
  void atOnceIfThereIsNone() {
    declareWith(Duration.ZERO);
    sim.runFor(Duration.ofSeconds(1));
    assertThat(jobMaster.shortages).containsExactly("0 of 0");
  }

  @Test
  void neverIfItIsNegative() {
    declareWith(Duration.ofMillis(-1));
    sim.runFor(Duration.ofHours(2));
    assertThat(jobMaster.shortages).isEmpty();
  }
}
