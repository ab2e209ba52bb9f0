package org.stellwerk.simulation.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.resourcemanager.ManagedSlotState;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot.Need;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot.Registration;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot.Slot;

/**
 * I7, the ResourceManager's books: one live registration per TaskExecutor, with slots of its own,
 * each free or assigned; an allocated slot is one that its TaskExecutor has given, and becomes free
 * when that allocation has ended, not for the end of another; a slot is asked for only as long as
 * the job has fewer than it declared; and what was declared is what the JobMaster says, never an
 * older version after a newer one.
 */
final class I7ResourceBooks extends Invariant {

  private record JobSession(JobID jobId, JobMasterId session) {}

  private record Declared(long version, int required) {}

  private final Allocations allocations;
  private final Map<JobSession, Declared> declared = new HashMap<>();

  I7ResourceBooks(Consumer<InvariantViolation> violations, Allocations allocations) {
    super("I7", violations);
    this.allocations = allocations;
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    JobMasterSnapshot now = change.now();
    declared.put(
        new JobSession(now.jobId(), now.session()),
        new Declared(now.slotPool().version(), now.slotPool().required()));
  }

  @Override
  void onResourceManager(Change<ResourceManagerSnapshot> change) {
    ResourceManagerSnapshot now = change.now();
    Map<InstanceID, ResourceID> owners = new LinkedHashMap<>();
    Set<ResourceID> registered = new HashSet<>();
    for (ResourceManagerSnapshot.TaskExecutor taskExecutor : now.taskExecutors()) {
      require(
          registered.add(taskExecutor.resourceId()),
          "{} is registered twice: {}",
          taskExecutor.resourceId(),
          now.taskExecutors());
      owners.put(taskExecutor.registrationId(), taskExecutor.resourceId());
    }
    Map<AllocationID, SlotID> before = assigned(change.before(), owners.keySet());
    checkGivenUp(before, now);
    Map<JobID, Integer> taken = new HashMap<>();
    Set<JobID> askedFor = new HashSet<>();
    Set<AllocationID> seen = new HashSet<>();
    for (Registration registration : now.registrations()) {
      ResourceID owner = owners.remove(registration.registrationId());
      require(owner != null, "{} is not that of a registered TaskExecutor", registration);
      require(
          registration.free() == freeSlots(registration),
          "Miscounted free slots: {}",
          registration);
      for (Slot slot : registration.slots()) {
        checkSlot(slot, owner);
        AllocationID allocation = slot.allocationId();
        JobID job = slot.jobId();
        if (allocation != null && job != null) {
          require(seen.add(allocation), "Allocation {} has two slots: {}", allocation, now);
          taken.merge(job, 1, Integer::sum);
          if (slot.state() == ManagedSlotState.PENDING && !before.containsKey(allocation)) {
            askedFor.add(job);
          }
        }
      }
    }
    require(owners.isEmpty(), "The SlotManager has no slots of {}", owners);
    checkNeeds(change.before(), now);
    for (JobID job : askedFor) {
      checkAsked(job, taken.getOrDefault(job, 0), now);
    }
  }

  private static int freeSlots(Registration registration) {
    int free = 0;
    for (Slot slot : registration.slots()) {
      free += slot.state() == ManagedSlotState.FREE ? 1 : 0;
    }
    return free;
  }

  /** While a registration stands, a slot becomes free only because its allocation has ended. */
  private void checkGivenUp(Map<AllocationID, SlotID> before, ResourceManagerSnapshot now) {
    if (before.isEmpty()) {
      return;
    }
    Set<SlotID> free = new HashSet<>();
    for (Registration registration : now.registrations()) {
      for (Slot slot : registration.slots()) {
        if (slot.usable()) {
          free.add(slot.slotId());
        }
      }
    }
    before.forEach(
        (allocation, slot) ->
            require(
                !free.contains(slot) || !allocations.isHeld(allocation),
                "{} was given up, but its TaskExecutor still has it for allocation {}",
                slot,
                allocation));
  }

  /**
   * What those registrations were assigned; a new one brings its report along, maybe an old one.
   */
  private static Map<AllocationID, SlotID> assigned(
      @Nullable ResourceManagerSnapshot snapshot, Set<InstanceID> registrations) {
    Map<AllocationID, SlotID> assigned = new LinkedHashMap<>();
    if (snapshot != null) {
      for (Registration registration : snapshot.registrations()) {
        boolean stands = registrations.contains(registration.registrationId());
        for (Slot slot : registration.slots()) {
          if (stands && slot.allocationId() != null) {
            assigned.put(slot.allocationId(), slot.slotId());
          }
        }
      }
    }
    return assigned;
  }

  private void checkSlot(Slot slot, @Nullable ResourceID owner) {
    require(slot.slotId().resourceId().equals(owner), "{} is not one of {}", slot, owner);
    boolean free = slot.state() == ManagedSlotState.FREE;
    AllocationID allocation = slot.allocationId();
    JobID job = slot.jobId();
    boolean taken = !free && slot.state() != ManagedSlotState.QUARANTINED;
    require(
        taken == (allocation != null) && taken == (job != null) && (free || !slot.usable()),
        "Neither free nor taken: {}",
        slot);
    if (slot.state() == ManagedSlotState.ALLOCATED && allocation != null && job != null) {
      require(
          allocations.wasGiven(allocation, slot.slotId(), job),
          "Its TaskExecutor has never given away {}",
          slot);
    }
  }

  private void checkNeeds(@Nullable ResourceManagerSnapshot before, ResourceManagerSnapshot now) {
    for (Need need : now.needs()) {
      Declared latest = declared.get(new JobSession(need.jobId(), need.jobMasterId()));
      require(
          latest != null
              && (need.version() < latest.version
                  || (need.version() == latest.version && need.required() == latest.required)),
          "{} was never declared, the last is {}",
          need,
          latest);
      Need former = before == null ? null : needOf(need.jobId(), before);
      require(
          former == null
              || !former.jobMasterId().equals(need.jobMasterId())
              || former.version() <= need.version(),
          "{} came after {}",
          need,
          former);
    }
  }

  private static @Nullable Need needOf(JobID jobId, ResourceManagerSnapshot snapshot) {
    for (Need need : snapshot.needs()) {
      if (need.jobId().equals(jobId)) {
        return need;
      }
    }
    return null;
  }

  private void checkAsked(JobID jobId, int taken, ResourceManagerSnapshot now) {
    Need need = needOf(jobId, now);
    require(
        need != null && taken <= need.required(),
        "A slot was asked for job {}, which has {} now and needs {}",
        jobId,
        taken,
        need);
  }
}
