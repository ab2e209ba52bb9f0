package org.stellwerk.runtime.resourcemanager;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.resourcemanager.SlotActions.SlotRequest;
import org.stellwerk.runtime.resourcemanager.SlotAllocationStrategy.Capacity;
import org.stellwerk.runtime.resourcemanager.TaskManagerSlot.Assignment;
import org.stellwerk.util.IdGenerator;

/**
 * Brings the declared needs of jobs (FLIP-138) and the slots of TaskExecutors together. Component
 * of the ResourceManager, in its main thread; it decides, {@link SlotActions} act. Soft state:
 * rebuilt from registrations, reports and declarations. No timer: every event that may help a job
 * that misses slots looks for slots at once.
 *
 * <p>A job that needs fewer slots than it has keeps the rest until its master frees them. Jobs are
 * served in the order in which they first declared a need: the first that misses slots gets all
 * that become free, so that jobs do not share them out in parts that suffice for none. A job that
 * waits is told that slots are short only if the cluster has fewer in all than the job needs.
 *
 * <p>Reports may be older than what is known from answers. So a report never frees a slot that is
 * being asked for, and one that takes back what was last answered or announced (an allocation that
 * succeeded, a slot that was freed) is believed only when the next report repeats it.
 *
 * <p>A slot that a task does not leave is quarantined: it counts for the cluster, but is neither
 * free nor its job's, which gets another one.
 *
 * <p>A slot whose request failed becomes doubtful: free, but not asked again before its
 * TaskExecutor reports. So the retries of a failing TaskExecutor are bounded by its heartbeats.
 */
final class SlotManager {

  private static final Logger LOG = LoggerFactory.getLogger(SlotManager.class);

  private final SlotActions actions;
  private final SlotAllocationStrategy strategy;
  private final IdGenerator ids;
  private final TransitionObserver transitions;
  private final Map<InstanceID, TaskExecutorSlots> taskExecutors = new LinkedHashMap<>();
  private final Map<JobID, JobNeed> jobs = new LinkedHashMap<>();
  private boolean startUpOver;

  SlotManager(
      SlotActions actions,
      SlotAllocationStrategy strategy,
      IdGenerator ids,
      TransitionObserver transitions) {
    this.actions = actions;
    this.strategy = strategy;
    this.ids = ids;
    this.transitions = transitions;
  }

  /**
   * Takes a job's whole need; one with an older version than the last is ignored.
   *
   * @return whether it was taken
   */
  boolean declareRequirement(JobID jobId, JobMasterAddress jobMaster, long version, int slots) {
    JobNeed known = jobs.get(jobId);
    if (known != null && known.jobMaster.equals(jobMaster) && version < known.version) {
      LOG.debug(
          "Ignored version {} of the need of job {}, after {}.", version, jobId, known.version);
      return false;
    }
    JobNeed need = known != null ? known : new JobNeed(jobId, jobMaster);
    if (known == null) {
      jobs.put(jobId, need);
    }
    int before = need.required;
    need.jobMaster = jobMaster;
    need.version = version;
    need.required = slots;
    if (slots > before) {
      LOG.info("Job {} needs {} slots and has {}.", jobId, slots, taken(jobId));
      need.told = null;
      serveJobs();
    } else {
      LOG.debug("Job {} needs {} slots, after {}.", jobId, slots, before);
    }
    return true;
  }

  /** Forgets a job's need; its slots stay with it until their TaskExecutors free them. */
  void clearRequirement(JobID jobId) {
    jobs.remove(jobId);
  }

  /** From now on jobs are told when the cluster has fewer slots than they need. */
  void endStartUpPeriod() {
    startUpOver = true;
    serveJobs();
  }

  /**
   * Takes up the slots of a TaskExecutor.
   *
   * @param open whether they may be asked for
   * @throws IllegalArgumentException if the report names a slot twice
   */
  void registerTaskExecutor(InstanceID registrationId, SlotReport report, boolean open) {
    if (taskExecutors.containsKey(registrationId)) {
      throw new IllegalStateException("Registration " + registrationId + " is known already");
    }
    TaskExecutorSlots slots = new TaskExecutorSlots(registrationId, report, transitions);
    slots.setOpen(open);
    taskExecutors.put(registrationId, slots);
    serveJobs();
  }

  /** From now on slots of a TaskExecutor may be asked for, or not; those that are taken stay so. */
  void setOpen(InstanceID registrationId, boolean open) {
    TaskExecutorSlots slots = taskExecutors.get(registrationId);
    if (slots != null) {
      slots.setOpen(open);
      serveJobs();
    }
  }

  /**
   * As {@link #registerTaskExecutor}, in the place of a former registration of the same
   * TaskExecutor: no job is served in between, when it seems to lack what it is about to have.
   */
  void replaceTaskExecutor(
      InstanceID former, InstanceID registrationId, SlotReport report, boolean open) {
    taskExecutors.remove(former);
    registerTaskExecutor(registrationId, report, open);
  }

  /** Drops the slots of a TaskExecutor, whatever they are used for. */
  void unregisterTaskExecutor(InstanceID registrationId) {
    if (taskExecutors.remove(registrationId) != null) {
      serveJobs();
    }
  }

  /** Brings what is known in line with a TaskExecutor's report. */
  void reportSlots(InstanceID registrationId, SlotReport report) {
    TaskExecutorSlots slots = taskExecutors.get(registrationId);
    if (slots == null) {
      return;
    }
    boolean changed = false;
    for (SlotStatus status : report.slots()) {
      TaskManagerSlot slot = slots.slot(status.slotId());
      if (slot == null) {
        LOG.warn("Slot {} is reported but was not registered; ignored.", status.slotId());
      } else {
        changed |= reconcile(slots, slot, status);
      }
    }
    if (changed) {
      serveJobs();
    }
  }

  /** A TaskExecutor announces that it freed slots; those with other allocations are ignored. */
  void slotsFreed(InstanceID registrationId, List<SlotAllocation> freed) {
    TaskExecutorSlots slots = taskExecutors.get(registrationId);
    boolean changed = false;
    for (SlotAllocation each : freed) {
      TaskManagerSlot slot = slots == null ? null : slots.slot(each.slotId());
      if (slots == null || slot == null || !slot.mayBeFreedFrom(each.allocationId())) {
        LOG.debug("Ignored that a slot is free: {} is not current.", each);
      } else {
        slots.become(slot, ManagedSlotState.FREE, null);
        changed = true;
      }
    }
    if (changed) {
      serveJobs();
    }
  }

  /** The TaskExecutor has allocated the slots, but for those that it refuses. */
  void requestAnswered(SlotRequest request, List<SlotRefusal> refusals) {
    Map<AllocationID, String> refused = new LinkedHashMap<>();
    refusals.forEach(refusal -> refused.put(refusal.allocationId(), refusal.reason()));
    settle(request, refused::get);
  }

  /** The TaskExecutor refused the whole request, or did not answer. */
  void requestFailed(SlotRequest request, String reason) {
    settle(request, allocationId -> reason);
  }

  /** Ends the wait for the slots of a request: those for which a reason is given have failed. */
  private void settle(SlotRequest request, Function<AllocationID, @Nullable String> refusal) {
    TaskExecutorSlots slots = taskExecutors.get(request.registrationId());
    if (slots == null) {
      return;
    }
    Map<SlotID, String> failed = new LinkedHashMap<>();
    for (SlotAllocation wanted : request.slots()) {
      TaskManagerSlot slot = slots.slot(wanted.slotId());
      if (slot == null || !slot.isPendingFor(wanted.allocationId())) {
        continue; // what a report or an announcement has said is newer
      }
      String reason = refusal.apply(wanted.allocationId());
      if (reason == null) {
        slots.become(slot, ManagedSlotState.ALLOCATED, slot.assignment());
      } else {
        slots.become(slot, ManagedSlotState.FREE, null);
        slots.setDoubtful(slot, true);
        failed.put(wanted.slotId(), reason);
      }
    }
    if (!failed.isEmpty()) {
      LOG.info(
          "{} slots for job {} could not be allocated, looking elsewhere; the first: {}",
          failed.size(),
          request.jobId(),
          failed.entrySet().iterator().next());
      LOG.debug("Not allocated are {}.", failed);
      serveJobs();
    }
  }

  /** The slots of every registration, as they are believed to be. */
  List<ResourceManagerSnapshot.Registration> registrations() {
    List<ResourceManagerSnapshot.Registration> all = new ArrayList<>(taskExecutors.size());
    for (TaskExecutorSlots slots : taskExecutors.values()) {
      all.add(slots.snapshot());
    }
    return all;
  }

  /** What jobs need, in the order in which they are served. */
  List<ResourceManagerSnapshot.Need> needs() {
    List<ResourceManagerSnapshot.Need> all = new ArrayList<>(jobs.size());
    for (JobNeed need : jobs.values()) {
      all.add(
          new ResourceManagerSnapshot.Need(
              need.jobId, need.jobMaster.jobMasterId(), need.version, need.required));
    }
    return all;
  }

  int numberOfTaskExecutors() {
    return taskExecutors.size();
  }

  int totalSlots() {
    return taskExecutors.values().stream().mapToInt(TaskExecutorSlots::total).sum();
  }

  /** Free slots, but for those of TaskExecutors that give none. */
  int freeSlots() {
    return taskExecutors.values().stream().mapToInt(TaskExecutorSlots::available).sum();
  }

  int totalSlotsOf(InstanceID registrationId) {
    TaskExecutorSlots slots = taskExecutors.get(registrationId);
    return slots == null ? 0 : slots.total();
  }

  int freeSlotsOf(InstanceID registrationId) {
    TaskExecutorSlots slots = taskExecutors.get(registrationId);
    return slots == null ? 0 : slots.free();
  }

  /** Pending and allocated slots of a job. */
  int taken(JobID jobId) {
    int taken = 0;
    for (TaskExecutorSlots slots : taskExecutors.values()) {
      taken += slots.takenBy(jobId);
    }
    return taken;
  }

  /** Pending and allocated slots of a job at one TaskExecutor. */
  int takenAt(InstanceID registrationId, JobID jobId) {
    TaskExecutorSlots slots = taskExecutors.get(registrationId);
    return slots == null ? 0 : slots.takenBy(jobId);
  }

  private static boolean reconcile(
      TaskExecutorSlots slots, TaskManagerSlot slot, SlotStatus status) {
    boolean wasDoubtful = slot.isDoubtful();
    if (wasDoubtful) {
      slots.setDoubtful(slot, false);
    }
    if (status.quarantined()) {
      return reconcileQuarantined(slots, slot, status) || wasDoubtful;
    }
    Assignment reported = TaskExecutorSlots.assignmentOf(status);
    return reported == null
        ? reconcileFree(slots, slot) || wasDoubtful
        : reconcileAllocated(slots, slot, reported) || wasDoubtful;
  }

  private static boolean reconcileQuarantined(
      TaskExecutorSlots slots, TaskManagerSlot slot, SlotStatus status) {
    Assignment holder = TaskExecutorSlots.assignmentOf(status);
    if (slot.state() == ManagedSlotState.QUARANTINED
        || (holder != null && slot.wasFreedFrom(holder.allocationId()) && !slot.contradict())) {
      return false;
    }
    LOG.warn(
        "Slot {} is out of use: a task of job {} in it does not end.",
        slot.slotId(),
        status.jobId());
    slots.quarantine(slot, status);
    return true;
  }

  private static boolean reconcileFree(TaskExecutorSlots slots, TaskManagerSlot slot) {
    if (slot.state() == ManagedSlotState.QUARANTINED) {
      slots.become(slot, ManagedSlotState.FREE, null);
      return true;
    }
    if (slot.state() == ManagedSlotState.ALLOCATED) {
      if (!slot.contradict()) {
        return false;
      }
      LOG.info("Slot {} is free, its TaskExecutor reports.", slot.slotId());
      slots.become(slot, ManagedSlotState.FREE, null);
      return true;
    }
    slot.agree();
    return false;
  }

  private static boolean reconcileAllocated(
      TaskExecutorSlots slots, TaskManagerSlot slot, Assignment reported) {
    if (slot.hasAllocation(reported.allocationId())) {
      slot.agree();
      if (slot.state() == ManagedSlotState.PENDING) {
        slots.become(slot, ManagedSlotState.ALLOCATED, reported);
      }
      return false;
    }
    if (slot.wasFreedFrom(reported.allocationId()) && !slot.contradict()) {
      return false;
    }
    LOG.info(
        "Slot {} belongs to job {}, its TaskExecutor reports.", slot.slotId(), reported.jobId());
    boolean takenFromJob = slot.state() != ManagedSlotState.FREE;
    slots.become(slot, ManagedSlotState.ALLOCATED, reported);
    return takenFromJob;
  }

  private void serveJobs() {
    for (JobNeed need : jobs.values()) {
      int missing = need.required - taken(need.jobId);
      if (missing <= 0) {
        need.told = null;
      } else {
        requestSlots(need, missing);
        tellIfShort(need);
      }
    }
  }

  private void requestSlots(JobNeed need, int missing) {
    List<Capacity> capacities = new ArrayList<>();
    for (TaskExecutorSlots slots : taskExecutors.values()) {
      if (slots.usable() > 0) {
        capacities.add(
            new Capacity(
                slots.registrationId(), slots.total(), slots.usable(), slots.takenBy(need.jobId)));
      }
    }
    List<InstanceID> plan = strategy.plan(capacities, missing);
    if (plan.isEmpty()) {
      return;
    }
    Map<InstanceID, Integer> counts = new LinkedHashMap<>();
    plan.forEach(registrationId -> counts.merge(registrationId, 1, Integer::sum));
    LOG.info(
        "Requesting {} slots for job {} from {} TaskExecutors.",
        plan.size(),
        need.jobId,
        counts.size());
    counts.forEach((registrationId, count) -> request(need, registrationId, count));
  }

  private void request(JobNeed need, InstanceID registrationId, int count) {
    TaskExecutorSlots slots = taskExecutors.get(registrationId);
    if (slots == null) {
      throw new IllegalStateException("The plan for job " + need.jobId + " asks whom nobody knows");
    }
    actions.requestSlots(
        new SlotRequest(
            registrationId, need.jobId, need.jobMaster, slots.reserve(need.jobId, count, ids)),
        this);
  }

  /** A need that the whole cluster could meet is none to give up: other jobs will free slots. */
  private void tellIfShort(JobNeed need) {
    if (need.required <= totalSlots()) {
      need.told = null;
      return;
    }
    if (!startUpOver) {
      return;
    }
    Shortage shortage = new Shortage(taken(need.jobId), totalSlots());
    if (!shortage.equals(need.told)) {
      need.told = shortage;
      LOG.info(
          "Not enough slots for job {}: it needs {} and has {}; the cluster has {} in all, {}"
              + " free.",
          need.jobId,
          need.required,
          shortage.acquired,
          shortage.total,
          freeSlots());
      actions.notifyNotEnoughResources(need.jobId, shortage.acquired, shortage.total);
    }
  }

  /**
   * Checks what always holds, for tests and the simulator: the counts equal a fresh count, a slot
   * is free exactly if it has no job, and no usable slot is left while a job misses one.
   *
   * @throws IllegalStateException if something does not hold
   */
  void checkInvariants() {
    int usable = 0;
    for (TaskExecutorSlots slots : taskExecutors.values()) {
      slots.checkInvariants();
      usable += slots.usable();
    }
    for (JobNeed need : jobs.values()) {
      int missing = need.required - taken(need.jobId);
      if (missing > 0 && usable > 0) {
        throw new IllegalStateException(
            "Job " + need.jobId + " misses " + missing + " slots while " + usable + " are usable");
      }
    }
  }

  private static final class JobNeed {
    private final JobID jobId;
    private JobMasterAddress jobMaster;
    private long version;
    private int required;
    private @Nullable Shortage told;

    JobNeed(JobID jobId, JobMasterAddress jobMaster) {
      this.jobId = jobId;
      this.jobMaster = jobMaster;
    }
  }

  private record Shortage(int acquired, int total) {}
}
