package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.REGISTRATION;
import static org.stellwerk.simulation.check.Given.SESSION;
import static org.stellwerk.simulation.check.Given.TM;
import static org.stellwerk.simulation.check.Given.TM_PROCESS;
import static org.stellwerk.simulation.check.Given.allocation;
import static org.stellwerk.simulation.check.Given.jobMaster;
import static org.stellwerk.simulation.check.Given.slot;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.resourcemanager.ManagedSlotState;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot.Need;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot.Registration;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot.Slot;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot.TaskExecutor;

class I7ResourceBooksTest {

  private static final InstanceID FORMER = new InstanceID(new UUID(8, 9));

  private final Found found = new Found();
  private final Allocations allocations = new Allocations();
  private final I7ResourceBooks invariant = new I7ResourceBooks(found, allocations);
  private @Nullable ResourceManagerSnapshot last;

  @BeforeEach
  void aJobNeedsTwoSlots() {
    declares(3, 2);
  }

  private void declares(long version, int required) {
    invariant.onJobMaster(
        new Change<>(JM_PROCESS, null, Given.jobMaster(version, required, List.of())));
  }

  private void see(List<TaskExecutor> taskExecutors, List<Registration> slots, Need... needs) {
    ResourceManagerSnapshot now =
        new ResourceManagerSnapshot(
            new ResourceManagerId(SESSION), taskExecutors, slots, List.of(needs), List.of());
    invariant.onResourceManager(new Change<>(JM_PROCESS, last, now));
    last = now;
  }

  /** One registered TaskExecutor with these slots. */
  private void see(int free, List<Slot> slots, Need... needs) {
    see(List.of(tm(REGISTRATION)), List.of(new Registration(REGISTRATION, free, slots)), needs);
  }

  private static TaskExecutor tm(InstanceID registrationId) {
    return new TaskExecutor(TM, registrationId, "sim://tm/taskexecutor", Availability.Mode.OPEN);
  }

  private static Need need(long version, int required) {
    return new Need(JOB, jobMaster(SESSION), version, required);
  }

  private static Slot free(int index) {
    return new Slot(slot(index), ManagedSlotState.FREE, null, null, true);
  }

  private static Slot taken(int index, ManagedSlotState state, int allocation) {
    return new Slot(slot(index), state, allocation(allocation), JOB, false);
  }

  private static Slot pending(int index) {
    return taken(index, ManagedSlotState.PENDING, index);
  }

  @Test
  void slotsAreAskedForAndGiven() {
    see(2, List.of(free(0), free(1)), need(2, 5));
    see(0, List.of(pending(0), pending(1)), need(3, 2));
    allocations.give(allocation(0), new Allocations.Given(TM_PROCESS, slot(0), JOB));
    see(0, List.of(taken(0, ManagedSlotState.ALLOCATED, 0), pending(1)), need(3, 2));
    declares(4, 1);
    see(0, List.of(taken(0, ManagedSlotState.ALLOCATED, 0), pending(1)), need(4, 1));
    found.nothing();
  }

  @Test
  void aTaskExecutorHasOneRegistration() {
    see(
        List.of(tm(REGISTRATION), tm(FORMER)),
        List.of(
            new Registration(REGISTRATION, 1, List.of(free(0))),
            new Registration(FORMER, 1, List.of(free(1)))));
    found.reported("I7", "is registered twice");
  }

  @Test
  void aFormerRegistrationHasNoSlots() {
    see(
        List.of(tm(REGISTRATION)),
        List.of(
            new Registration(FORMER, 1, List.of(free(0))),
            new Registration(REGISTRATION, 1, List.of(free(0)))));
    found.reported("I7", "not that of a registered TaskExecutor");
  }

  @Test
  void aRegistrationHasSlots() {
    see(List.of(tm(REGISTRATION)), List.of());
    found.reported("I7", "has no slots of");
  }

  @Test
  void aSlotIsOneOfItsTaskExecutor() {
    SlotID foreign = new SlotID(new ResourceID("other"), 0);
    see(1, List.of(new Slot(foreign, ManagedSlotState.FREE, null, null, true)));
    found.reported("I7", "is not one of tm");
  }

  @Test
  void freeSlotsAreCounted() {
    see(1, List.of(free(0), free(1)));
    found.reported("I7", "Miscounted");
  }

  @Test
  void aSlotIsFreeOrTaken() {
    see(1, List.of(new Slot(slot(0), ManagedSlotState.FREE, null, JOB, true)));
    found.reported("I7", "Neither free nor taken");
  }

  @Test
  void anAllocationHasOneSlot() {
    see(
        0,
        List.of(taken(0, ManagedSlotState.PENDING, 7), taken(1, ManagedSlotState.PENDING, 7)),
        need(3, 2));
    found.reported("I7", "has two slots");
  }

  @Test
  void anAllocatedSlotWasGiven() {
    see(0, List.of(taken(0, ManagedSlotState.ALLOCATED, 1)));
    found.reported("I7", "has never given away");
  }

  @Test
  void aSlotIsGivenUpForTheEndOfItsOwnAllocation() {
    allocations.give(allocation(0), new Allocations.Given(TM_PROCESS, slot(0), JOB));
    allocations.give(allocation(1), new Allocations.Given(TM_PROCESS, slot(1), JOB));
    List<Slot> taken =
        List.of(taken(0, ManagedSlotState.ALLOCATED, 0), taken(1, ManagedSlotState.ALLOCATED, 1));
    see(0, taken, need(3, 2));
    allocations.end(allocation(0));
    see(1, List.of(free(0), taken.get(1)), need(3, 2));
    found.nothing();
    see(2, List.of(free(0), free(1)), need(3, 2));
    found.reported("I7", "was given up, but its TaskExecutor still has it");
  }

  @Test
  void whatBelongedToADeadTaskExecutorIsFree() {
    allocations.give(allocation(0), new Allocations.Given(TM_PROCESS, slot(0), JOB));
    see(0, List.of(taken(0, ManagedSlotState.ALLOCATED, 0)), need(3, 2));
    allocations.endAllOf(TM_PROCESS);
    see(1, List.of(free(0)), need(3, 2));
    found.nothing();
  }

  @Test
  void noMoreIsAskedForThanIsNeeded() {
    declares(4, 1);
    see(0, List.of(pending(0), pending(1)), need(4, 1));
    found.reported("I7", "has 2 now and needs");
  }

  @Test
  void nothingIsAskedForIfThereIsNoNeed() {
    see(0, List.of(pending(0)));
    found.reported("I7", "has 1 now and needs null");
  }

  @Test
  void needsWereDeclared() {
    see(1, List.of(free(0)), need(3, 4));
    found.reported("I7", "was never declared");
    see(1, List.of(free(0)), need(4, 2));
    found.reported("I7", "was never declared");
  }

  @Test
  void needsDoNotGoBack() {
    see(1, List.of(free(0)), need(3, 2));
    see(1, List.of(free(0)), need(2, 1));
    found.reported("I7", "came after");
  }
}
