package org.stellwerk.runtime.resourcemanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.RegistrationResponse.TaskExecutorSuccess;
import org.stellwerk.runtime.messages.ResourceOverview;
import org.stellwerk.runtime.messages.ResourceRequirements;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;

/** A ResourceManager with a JobMaster and a TaskExecutor that are not registered. */
abstract class ResourceManagerTestBase {

  static final Duration TIMEOUT = Duration.ofSeconds(5);
  static final ResourceManagerConfig CONFIG =
      new ResourceManagerConfig(
          Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(30));

  final SimScheduler sim = new SimScheduler(11);
  final SimNetwork net = new SimNetwork(sim);
  final SimNode jmNode = net.newNode("jm");
  final SimNode teNode = net.newNode("te");
  final ResourceManagerId session = ResourceManagerId.generate(jmNode.ids());
  final ResourceManager resourceManager = newResourceManager();
  final JobID jobId = JobID.generate(jmNode.ids());
  final ResourceID jmResource = new ResourceID("jm");
  final TestingJobMaster jobMaster = newJobMaster();
  final TestingTaskExecutor taskExecutor = newTaskExecutor("te1", 2);
  final ResourceManagerGateway gateway;

  ResourceManager newResourceManager() {
    RuntimeServices services =
        new RuntimeServices(
            jmNode.clock(),
            jmNode.ids(),
            jmNode.random(),
            jmNode.io(),
            jmNode.fatalErrors(),
            FaultPoints.NONE,
            TransitionObserver.NONE);
    return new ResourceManager(jmNode.rpc(), session, new ResourceID("jm"), CONFIG, services);
  }

  TestingJobMaster newJobMaster() {
    TestingJobMaster created =
        new TestingJobMaster(jmNode.rpc(), jobId, JobMasterId.generate(jmNode.ids()));
    created.start();
    return created;
  }

  TestingTaskExecutor newTaskExecutor(String name, int slots) {
    TestingTaskExecutor created = new TestingTaskExecutor(teNode.rpc(), name, slots);
    created.start();
    return created;
  }

  ResourceManagerTestBase() {
    resourceManager.start();
    gateway = connect(session);
  }

  ResourceManagerGateway connect(ResourceManagerId token) {
    return sim.await(
        teNode.rpc().connect(resourceManager.getAddress(), token, ResourceManagerGateway.class));
  }

  @BeforeEach
  void checkAfterEachEvent() {
    sim.addCheck(
        () -> {
          resourceManager.internalMainThreadGuard().enter();
          try {
            resourceManager.checkInvariants();
          } finally {
            resourceManager.internalMainThreadGuard().leave();
          }
        });
  }

  @AfterEach
  void nothingWentWrong() {
    sim.runFor(Duration.ofMillis(100));
  }

  InstanceID register(TestingTaskExecutor executor) {
    RegistrationResponse response =
        sim.await(gateway.registerTaskExecutor(executor.registration(), TIMEOUT));
    assertThat(response).isInstanceOf(TaskExecutorSuccess.class);
    return ((TaskExecutorSuccess) response).registrationId();
  }

  void register(TestingJobMaster master) {
    RegistrationResponse response =
        sim.await(
            gateway.registerJobMaster(
                master.getFencingToken(), jmResource, master.getAddress(), jobId, TIMEOUT));
    assertThat(response)
        .isEqualTo(new RegistrationResponse.JobMasterSuccess(session, new ResourceID("jm")));
  }

  CompletableFuture<Acknowledge> declare(TestingJobMaster master, long version, int slots) {
    return gateway.declareRequiredResources(
        master.getFencingToken(),
        new ResourceRequirements(jobId, master.getAddress(), version, slots),
        TIMEOUT);
  }

  CompletableFuture<Acknowledge> beat(TestingTaskExecutor executor, InstanceID id) {
    return beat(executor, id, executor.freeReport());
  }

  CompletableFuture<Acknowledge> beat(
      TestingTaskExecutor executor, InstanceID id, SlotReport report) {
    return gateway.heartbeatFromTaskManager(
        executor.resourceId(),
        id,
        new TaskExecutorHeartbeat.ToResourceManager(report, 1234, executor.availability),
        TIMEOUT);
  }

  ResourceOverview overview() {
    return sim.await(gateway.requestResourceOverview(TIMEOUT));
  }

  void seconds(int seconds) {
    sim.runFor(Duration.ofSeconds(seconds));
  }
}
