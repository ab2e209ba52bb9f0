package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.NEXT_SESSION;
import static org.stellwerk.simulation.check.Given.SESSION;
import static org.stellwerk.simulation.check.Given.TM_PROCESS;
import static org.stellwerk.simulation.check.Given.allocation;
import static org.stellwerk.simulation.check.Given.attempt;
import static org.stellwerk.simulation.check.Given.free;
import static org.stellwerk.simulation.check.Given.jobMaster;
import static org.stellwerk.simulation.check.Given.taken;
import static org.stellwerk.simulation.check.Given.task;
import static org.stellwerk.simulation.check.Given.taskExecutor;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot;
import org.stellwerk.runtime.taskexecutor.SlotState;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;

class I5FencingTest {

  private static final Source RESOURCE_MANAGER =
      new Source(JM_PROCESS, "resourcemanager", ResourceManager.class);
  private static final Source TASK_EXECUTOR =
      new Source(TM_PROCESS, "taskexecutor", TaskExecutor.class);
  private static final ResourceManagerId OWN = new ResourceManagerId(SESSION);
  private static final ResourceManagerId OTHER = new ResourceManagerId(NEXT_SESSION);
  private static final JobMasterId STRANGER = jobMaster(NEXT_SESSION);

  private final Found found = new Found();
  private final I5Fencing invariant = new I5Fencing(found, () -> Optional.of(SESSION));
  private final TaskExecutorSnapshot before =
      taskExecutor(List.of(taken(0, SlotState.ACTIVE, 1), free(1)));

  @BeforeEach
  void aTaskExecutorIsKnown() {
    invariant.onTaskExecutor(new Change<>(TM_PROCESS, null, before));
  }

  private void fenced(@Nullable Object token, @Nullable Throwable failure) {
    invariant.onCall(new Call(RESOURCE_MANAGER, OWN, token, "heartbeat", new Object[] {}, failure));
  }

  private void call(String method, Object... arguments) {
    invariant.onCall(new Call(TASK_EXECUTOR, null, null, method, arguments, null));
  }

  private void becomes(TaskExecutorSnapshot now) {
    invariant.onTaskExecutor(new Change<>(TM_PROCESS, before, now));
    invariant.onEndOfEvent();
  }

  @Test
  void theOwnTokenIsLetIn() {
    fenced(OWN, null);
    fenced(OWN, new IllegalArgumentException("refused for another reason"));
    found.nothing();
  }

  @Test
  void anotherTokenIsRefused() {
    fenced(OTHER, new FencingTokenException("refused"));
    found.nothing();
    fenced(OTHER, null);
    found.reported("I5", "but processed heartbeat with " + OTHER);
    fenced(null, null);
    found.reported("I5", "but processed heartbeat with null");
    fenced(OTHER, new IllegalStateException("processed, without success"));
    found.reported("I5", "but processed heartbeat");
  }

  @Test
  void slotsAreGivenToTheResourceManagerThatIsFollowed() {
    call("requestSlots", JOB, List.of(), "address", OWN);
    found.nothing();
    call("requestSlots", JOB, List.of(), "address", OTHER);
    found.reported("I5", "but gave a slot to " + OTHER);
  }

  @Test
  void slotsAreFreedByTheJobMasterThatIsServed() {
    call("freeSlots", List.of(allocation(1)), jobMaster(SESSION));
    call("freeSlots", List.of(allocation(5)), STRANGER);
    found.nothing();
    call("freeSlots", List.of(allocation(5), allocation(1)), STRANGER);
    found.reported("I5", "could free");
  }

  @Test
  void tasksAreTakenFromTheJobMasterThatIsServed() {
    TaskExecutorSnapshot now =
        taskExecutor(
            List.of(taken(0, SlotState.ACTIVE, 1, attempt(1, 0)), free(1)), task(attempt(1, 0)));
    call("submitTasks", List.of(), jobMaster(SESSION));
    becomes(now);
    found.nothing();
    call("submitTasks", List.of(), STRANGER);
    becomes(now);
    found.reported("I5", "from " + STRANGER);
  }

  @Test
  void aGoodbyeOfAnotherJobMasterIsNoGoodbye() {
    TaskExecutorSnapshot without =
        new TaskExecutorSnapshot(
            before.resourceId(),
            before.leaderSession(),
            before.registrationId(),
            List.of(free(0), free(1)),
            List.of(),
            List.of(),
            List.of(),
            before.availability());
    call("disconnectJobMaster", JOB, jobMaster(SESSION));
    becomes(without);
    found.nothing();
    call("disconnectJobMaster", JOB, STRANGER);
    becomes(without);
    found.reported("I5", "for a goodbye of " + STRANGER);
  }

  @Test
  void aGoodbyeOfAnotherResourceManagerIsNoGoodbye() {
    TaskExecutorSnapshot without =
        new TaskExecutorSnapshot(
            before.resourceId(),
            before.leaderSession(),
            null,
            before.slots(),
            before.tasks(),
            before.jobs(),
            before.leases(),
            before.availability());
    call("disconnectResourceManager", OWN);
    becomes(without);
    found.nothing();
    call("disconnectResourceManager", OTHER);
    becomes(without);
    found.reported("I5", "for a goodbye of " + OTHER);
  }

  @Test
  void whoDoesNotLeadWritesNothing() {
    invariant.onWrite(SESSION, "store job 1");
    found.nothing();
    invariant.onWrite(NEXT_SESSION, "store job 1");
    found.reported("I5", NEXT_SESSION + " could store job 1");
  }

  private static ResourceManagerSnapshot resourceManager(
      ResourceManagerSnapshot.JobMaster... jobMasters) {
    return new ResourceManagerSnapshot(OWN, List.of(), List.of(), List.of(), List.of(jobMasters));
  }

  @Test
  void aTokenIsUsedOnce() {
    invariant.onResourceManager(new Change<>(JM_PROCESS, null, resourceManager()));
    found.nothing();
    invariant.onResourceManager(new Change<>("other#1", null, resourceManager()));
    found.reported("I5", "is used again in other#1");
  }

  @Test
  void aJobHasOneJobMasterInASession() {
    invariant.onJobMaster(new Change<>(JM_PROCESS, null, Given.jobMaster(List.of())));
    found.nothing();
    invariant.onJobMaster(new Change<>(JM_PROCESS, null, Given.jobMaster(List.of())));
    found.reported("I5", "job " + JOB);
  }

  @Test
  void aResourceManagerTakesInJobMastersOfItsSession() {
    invariant.onResourceManager(
        new Change<>(
            JM_PROCESS,
            null,
            resourceManager(new ResourceManagerSnapshot.JobMaster(JOB, STRANGER))));
    found.reported("I5", "has taken in");
  }
}
