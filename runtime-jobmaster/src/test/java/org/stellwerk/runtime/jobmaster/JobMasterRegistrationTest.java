package org.stellwerk.runtime.jobmaster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.executiongraph.TestGraphs.taskManager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.TaskManagerRegistration;

/** Whom a JobMaster takes in, with what, and whom it does not. */
class JobMasterRegistrationTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final SimScheduler sim = new SimScheduler(7);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimNode jmNode = net.newNode("jm");
  private final UUID session = new UUID(3, 3);
  private final JobGraph jobGraph = TestGraphs.pipeline(1, 4, 2);
  private final TestingResourceManager resourceManager =
      new TestingResourceManager(net.newNode("rm").rpc(), session);
  private final TestingTaskExecutor executor =
      new TestingTaskExecutor(net.newNode("tm-1").rpc(), 1);
  private final JobMaster jobMaster =
      JobMasters.withoutRestarts(
          jmNode, session, jobGraph, resourceManager, new ArrayList<>(), sim);
  private final JobMasterGateway gateway = jobMaster.getSelfGateway(JobMasterGateway.class);

  @BeforeEach
  void start() {
    executor.start();
    resourceManager.start();
    JobMasters.check(jobMaster, jmNode, sim);
    jobMaster.start();
    sim.runFor(Duration.ofSeconds(1));
  }

  private TaskManagerRegistration registration(SlotOffer... offers) {
    return registration(jobGraph.jobId(), executor.getAddress(), offers);
  }

  private TaskManagerRegistration registration(JobID jobId, String address, SlotOffer... offers) {
    return new TaskManagerRegistration(
        jobId,
        new InstanceID(new UUID(0, 1)),
        address,
        executor.location,
        JobReport.EMPTY,
        List.of(offers));
  }

  private CompletableFuture<RegistrationResponse> register(TaskManagerRegistration registration) {
    return gateway.registerTaskManager(registration, TIMEOUT);
  }

  private void sayGoodbye() {
    gateway.disconnectTaskManager(
        executor.location.resourceId(), TaskManagerLoss.left("for a test"));
  }

  @Test
  void registrationIsIdempotentAndForThisJobOnly() {
    for (int i = 0; i < 2; i++) {
      assertThat(sim.await(register(registration())))
          .isInstanceOf(RegistrationResponse.JobMasterTaskExecutorSuccess.class);
    }
    assertThat(jobMaster.registeredTaskManagers()).containsExactly(taskManager(1));
    assertThat(sim.await(register(registration(TestGraphs.jobId(9), executor.getAddress()))))
        .isInstanceOf(RegistrationResponse.Rejection.class);
  }

  @Test
  void whoCannotBeConnectedToIsNotTakenIn() {
    assertThat(sim.awaitFailure(register(registration(jobGraph.jobId(), "sim://nowhere/te"))))
        .isInstanceOf(RpcConnectionException.class);
    assertThat(jobMaster.registeredTaskManagers()).isEmpty();
  }

  @Test
  void slotsThatAreOfferedWithTheRegistrationAreTakenOnce() {
    SlotOffer offer = new SlotOffer(TestGraphs.allocation(20), 0);
    for (int i = 0; i < 2; i++) {
      assertThat(sim.await(register(registration(offer))))
          .isInstanceOfSatisfying(
              RegistrationResponse.JobMasterTaskExecutorSuccess.class,
              success -> assertThat(success.accepted()).containsExactly(offer));
    }
    assertThat(jobMaster.snapshot().slotPool().slots())
        .extracting(slot -> slot.allocationId())
        .containsExactly(offer.allocationId());
  }

  @Test
  void whoSaysGoodbyeWhileItIsBeingConnectedToIsNotTakenIn() {
    CompletableFuture<RegistrationResponse> answer = register(registration());
    sayGoodbye();
    assertThat(sim.await(answer)).isInstanceOf(RegistrationResponse.Failure.class);
    assertThat(jobMaster.registeredTaskManagers()).isEmpty();
  }

  /** What it has in the slots that it offers belongs to the registration that was lost. */
  @Test
  void aRegistrationThatHasEndedDoesNotBeginAgainByARepetition() {
    sim.await(register(registration()));
    sayGoodbye();
    assertThat(sim.await(register(registration())))
        .isInstanceOf(RegistrationResponse.Rejection.class);
    assertThat(jobMaster.registeredTaskManagers()).isEmpty();
  }
}
