package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.JobReport.HeldExecution;
import org.stellwerk.runtime.messages.RegistrationResponse.JobMasterTaskExecutorSuccess;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/** What becomes of a job's tasks when its JobMaster ends: they go on, and the next one hears. */
class TaskExecutorLeaseTest {

  /** The default. */
  private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(15);

  private final TaskExecutorBed bed = TaskExecutorBed.registered();
  private final TestingJobMaster master = bed.jobMaster();
  private final AllocationID allocation = bed.allocate(0, master);
  private final ExecutionAttemptID attempt = bed.attempt(0, 3);
  private final SimNode standby = bed.net.newNode("jm-2");
  private final LeaderInformation next =
      new LeaderInformation(standby.ids().nextUuid(), "sim://jm-2/", "http://jm-2:8081");
  private TestingTaskRunner.TestingTask task;

  @BeforeEach
  void run() {
    task = bed.runTask(master, allocation, attempt);
  }

  /** The job's JobMaster in the next session, which has not been published. */
  private TestingJobMaster successor() {
    TestingJobMaster made =
        new TestingJobMaster(standby.rpc(), master.jobId, new JobMasterId(next.sessionId()));
    made.start();
    return made;
  }

  /** The JobMaster ends, and its session with it. */
  private void suspend() {
    bed.gateway.suspendJobMaster(master.jobId, master.id(), "leadership was lost");
    master.closeAsync();
    bed.settle();
  }

  private TestingResourceManager lead() {
    TestingResourceManager manager =
        new TestingResourceManager(standby.rpc(), new ResourceManagerId(next.sessionId()));
    manager.start();
    bed.retrieval.lead(next);
    bed.settle();
    return manager;
  }

  private void assertThatItGoesOn() {
    assertThat(task.cancellations).isZero();
    assertThat(bed.taskExecutor.snapshot().tasks())
        .extracting(TaskExecutorSnapshot.RunningTask::attemptId)
        .containsExactly(attempt);
  }

  @Test
  void theNextJobMasterTakesTheTaskOverWithItsAttempt() {
    bed.jm.crash();
    bed.runFor(Duration.ofSeconds(3));
    TestingJobMaster successor = successor();
    TestingResourceManager manager = lead();
    assertThat(successor.registrations)
        .singleElement()
        .satisfies(
            registration ->
                assertThat(registration.report())
                    .isEqualTo(
                        new JobReport(
                            List.of(new SlotOffer(allocation, 0)),
                            List.of(
                                new HeldExecution(
                                    attempt,
                                    ExecutionState.RUNNING,
                                    task.metrics(),
                                    allocation)))));
    assertThat(bed.taskExecutor.snapshot().leases()).isEmpty();
    assertThat(successor.offers).isEmpty();
    assertThat(manager.registrations.get(0).slotReport().slots().get(0).allocationId())
        .isEqualTo(allocation);
    bed.runFor(Duration.ofMinutes(20));
    assertThatItGoesOn();
    assertThat(successor.heartbeats)
        .last()
        .satisfies(beat -> assertThat(beat.activeSlots()).containsExactly(allocation));
    task.finish();
    bed.settle();
    assertThat(successor.statesOf(attempt)).containsExactly(ExecutionState.FINISHED);
  }

  @Test
  void aLivingJobMasterOfAnotherSessionIsLeftForTheOneThatLeads() {
    TestingJobMaster successor = successor();
    lead();
    assertThat(master.goodbyes).hasSize(1);
    assertThat(successor.registrations).hasSize(1);
    assertThatItGoesOn();
  }

  @Test
  void aSuspendedJobMasterKeepsItsTasksGoingAndOneThatIsDoneDoesNot() {
    suspend();
    assertThatItGoesOn();
    assertThat(bed.taskExecutor.snapshot().leases()).containsExactly(master.jobId);
    TestingJobMaster successor = successor();
    lead();
    bed.gateway.disconnectJobMaster(master.jobId, successor.id(), "the job is over");
    bed.settle();
    assertThat(task.cancellations).isEqualTo(1);
  }

  @Test
  void whatTheNextJobMasterDoesNotGoOnWithIsEnded() {
    AllocationID other = bed.allocate(1, master);
    TestingTaskRunner.TestingTask dropped = bed.runTask(master, other, bed.attempt(1, 0));
    TestingJobMaster successor = successor();
    successor.answer =
        new JobMasterTaskExecutorSuccess(
            new ResourceID("jm-2"), List.of(allocation), List.of(attempt), List.of());
    TestingResourceManager manager = lead();
    bed.runFor(Duration.ofSeconds(2));
    assertThat(bed.taskExecutor.snapshot().tasks()).hasSize(1);
    assertThatItGoesOn();
    assertThat(dropped.cancellations).isEqualTo(1);
    assertThat(manager.lastReport().slots()).extracting(SlotStatus::isFree).contains(false, true);
  }

  @Test
  void anEndThatNobodyHeardIsToldToTheNextJobMaster() {
    bed.jm.crash();
    bed.runFor(Duration.ofSeconds(1));
    task.finish();
    bed.runFor(Duration.ofMinutes(5));
    TestingJobMaster successor = successor();
    lead();
    assertThat(successor.registrations.get(0).report().executions())
        .extracting(HeldExecution::state)
        .containsExactly(ExecutionState.FINISHED);
    assertThat(successor.statesOf(attempt)).containsExactly(ExecutionState.FINISHED);
  }

  @Test
  void anEndWhoseAnswerIsThatTheSessionEndsIsToldToTheNextJobMaster() {
    master.stateAnswer =
        state -> {
          master.closeAsync();
          return CompletableFuture.failedFuture(new NotLeaderException("the session ends"));
        };
    task.finish();
    bed.settle();
    assertThat(bed.taskExecutor.snapshot().leases()).containsExactly(master.jobId);
    TestingJobMaster successor = successor();
    lead();
    assertThat(successor.statesOf(attempt)).containsExactly(ExecutionState.FINISHED);
  }

  @Test
  void aJobMasterThatEndsAloneIsAskedFor() {
    TestingDispatcher dispatcher = new TestingDispatcher(bed.jm.rpc(), bed.leader.sessionId());
    dispatcher.start();
    suspend();
    bed.runFor(Duration.ofSeconds(1));
    assertThat(task.cancellations).isEqualTo(1);
  }

  @Test
  void anEndDuringTheTakeoverIsToldAfterIt() {
    TestingJobMaster successor = successor();
    successor.registrationAnswer =
        answer -> {
          task.failWith(new IllegalStateException("meanwhile"));
          return CompletableFuture.completedFuture(answer);
        };
    lead();
    bed.settle();
    assertThat(successor.statesOf(attempt)).containsExactly(ExecutionState.FAILED);
  }

  @Test
  void withoutALeaderTheLeaseEndsAfterItsTime() {
    bed.jm.crash();
    bed.retrieval.lead(null);
    bed.runFor(Duration.ofMinutes(9));
    assertThatItGoesOn();
    bed.runFor(Duration.ofMinutes(2));
    assertThat(task.cancellations).isEqualTo(1);
    assertThat(bed.runner.releasedJobs).containsExactly(master.jobId);
  }

  @Test
  void aLeaderWhoseJobMasterCannotBeReachedStartsTheTasksElsewhere() {
    bed.jm.crash();
    bed.net.isolate("jm-2");
    bed.retrieval.lead(next);
    bed.runFor(Duration.ofSeconds(13));
    assertThatItGoesOn();
    bed.runFor(Duration.ofSeconds(5));
    assertThat(task.cancellations).isEqualTo(1);
  }

  @Test
  void aJobThatTheLeaderDoesNotKnowAnyMoreIsGivenUp() {
    TestingDispatcher dispatcher = new TestingDispatcher(standby.rpc(), next.sessionId());
    dispatcher.start();
    lead();
    bed.runFor(Duration.ofSeconds(1));
    assertThat(task.cancellations).isEqualTo(1);
    assertThat(bed.taskExecutor.snapshot().leases()).isEmpty();
  }

  @Test
  void aSessionThatEndsSaysNothingOfItsJobs() {
    lead(); // neither JobMaster nor Dispatcher: they have ended already
    bed.runFor(Duration.ofSeconds(5));
    assertThatItGoesOn();
  }

  @Test
  void theFormerJobMasterHasNoSayAnyMore() {
    successor();
    lead();
    assertThat(
            bed.sim.awaitFailure(
                bed.gateway.cancelTasks(List.of(attempt), master.id(), TaskExecutorBed.RPC)))
        .isInstanceOf(FencingTokenException.class);
    assertThat(
            bed.sim.awaitFailure(
                bed.gateway.freeSlots(
                    List.of(allocation), master.id(), "late", TaskExecutorBed.RPC)))
        .isInstanceOf(FencingTokenException.class);
    bed.gateway.disconnectJobMaster(master.jobId, master.id(), "late");
    assertThat(bed.submit(master, allocation, bed.attempt(2, 0)))
        .allMatch(result -> result.refusal() != null);
    assertThatItGoesOn();
  }

  @Test
  void aSilentJobMasterThatLeadsIsTakenForLostAndOneThatDoesNotForEnded() {
    bed.retrieval.lead(null);
    bed.net.isolate("jm");
    bed.runFor(Duration.ofSeconds(30));
    assertThatItGoesOn();
    assertThat(bed.taskExecutor.snapshot().leases()).containsExactly(master.jobId);
  }

  @Test
  void whoIsCutOffFromEverybodyDoesNotKnowThatTheJobMasterLeads() {
    bed.retrieval.reachable(false);
    bed.net.isolate("jm");
    bed.runFor(Duration.ofSeconds(60));
    assertThatItGoesOn();
    assertThat(bed.taskExecutor.snapshot().leases()).containsExactly(master.jobId);
  }

  @Test
  void ifTheJobMasterTurnsOutToLeadAfterAllItIsWaitedForAsLongAsForAnyOther() {
    bed.retrieval.reachable(false);
    bed.net.isolate("jm");
    bed.runFor(Duration.ofSeconds(60));
    bed.retrieval.reachable(true);
    bed.runFor(HEARTBEAT_TIMEOUT.minusSeconds(1));
    assertThatItGoesOn();
    bed.runFor(Duration.ofSeconds(2));
    assertThat(bed.taskExecutor.snapshot().leases()).isEmpty();
  }

  @Test
  void whoIsReachedAgainInTimeGoesOnWithTheTasks() {
    bed.retrieval.reachable(false);
    bed.net.isolate("jm");
    bed.runFor(Duration.ofSeconds(60));
    bed.retrieval.reachable(true);
    bed.net.heal();
    bed.runFor(Duration.ofSeconds(10));
    assertThatItGoesOn();
    assertThat(bed.taskExecutor.snapshot().leases()).isEmpty();
    assertThat(master.registrations).hasSize(2);
  }

  @Test
  void aLaterLossOfTheJobMasterIsAnotherMatter() {
    bed.retrieval.reachable(false);
    bed.retrieval.reachable(true);
    bed.jm.crash();
    bed.runFor(Duration.ofSeconds(60));
    assertThatItGoesOn();
  }

  /** The service names a leader that was killed until the leader's session with it is over. */
  @Test
  void aDeadLeaderThatTheServiceStillNamesAfterAnOutageIsNoReasonToGiveUp() {
    bed.jm.crash();
    bed.retrieval.reachable(false);
    bed.runFor(Duration.ofSeconds(1));
    bed.retrieval.reachable(true);
    bed.runFor(HEARTBEAT_TIMEOUT.multipliedBy(3));
    assertThatItGoesOn();
    assertThat(bed.taskExecutor.snapshot().leases()).containsExactly(master.jobId);
  }

  @Test
  void aJobManagerThatIsStartedAgainWithTheSameSessionIsAsked() {
    bed.jm.crash();
    SimNode again = bed.net.newNode("jm");
    TestingJobMaster restarted = new TestingJobMaster(again.rpc(), master.jobId, master.id());
    restarted.start();
    new TestingResourceManager(again.rpc(), new ResourceManagerId(bed.leader.sessionId())).start();
    bed.runFor(Duration.ofSeconds(3));
    assertThat(restarted.registrations).hasSize(1);
    assertThatItGoesOn();
  }

  @Test
  void offersThatNobodyAcceptedAreTakenBack() {
    master.offerAnswer = offers -> new CompletableFuture<>();
    AllocationID open = bed.newAllocation();
    bed.sim.await(bed.requestSlot(1, open, master));
    bed.settle();
    suspend();
    assertThat(bed.rm.available).containsExactly(open);
    assertThatItGoesOn();
  }
}
