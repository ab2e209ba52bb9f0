package org.stellwerk.simulation.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot;
import org.stellwerk.runtime.resourcemanager.ManagedSlotState;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot;
import org.stellwerk.runtime.taskexecutor.SlotState;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;

/**
 * The books agree about slots: every live TaskExecutor is registered, the ResourceManager knows
 * each slot as its TaskExecutor does, each taken slot is in the pool of a job that runs, and jobs
 * get what they need if there is enough.
 */
final class SlotProblems {

  private record Free(SlotID slotId) {}

  private record Taken(SlotID slotId, AllocationID allocationId, JobID jobId) {}

  private final ClusterTruth truth;
  private final ResourceManagerSnapshot resourceManager;
  private final Map<JobID, JobMasterSnapshot> jobs = new HashMap<>();

  /** Of a cluster without {@link LeaderProblems}. */
  SlotProblems(ClusterTruth truth) {
    this.truth = truth;
    this.resourceManager = truth.resourceManagers().get(0);
    truth.jobMasters().forEach(job -> jobs.put(job.jobId(), job));
  }

  void addTo(List<String> problems) {
    Set<Record> real = new HashSet<>();
    Map<JobID, Integer> taken = new HashMap<>();
    for (TaskExecutorSnapshot taskExecutor : truth.taskExecutors()) {
      addRegistration(taskExecutor, problems);
      for (TaskExecutorSnapshot.Slot slot : taskExecutor.slots()) {
        real.add(slotOf(slot.slotId(), slot.allocationId(), slot.jobId()));
        if (slot.state() != SlotState.FREE) {
          addTaken(taskExecutor, slot, problems);
          taken.merge(Objects.requireNonNull(slot.jobId()), 1, Integer::sum);
        }
      }
      for (TaskExecutorSnapshot.Job job : taskExecutor.jobs()) {
        if (!jobs.containsKey(job.jobId()) || !job.connected()) {
          problems.add(taskExecutor.resourceId() + " keeps " + job);
        }
      }
    }
    if (resourceManager.taskExecutors().size() != truth.taskExecutors().size()) {
      problems.add("registered are " + resourceManager.taskExecutors());
    }
    addBelieved(real, problems);
    addPools(real, problems);
    addNeeds(taken, problems);
  }

  private static Record slotOf(
      SlotID slotId, @Nullable AllocationID allocation, @Nullable JobID job) {
    return allocation == null || job == null
        ? new Free(slotId)
        : new Taken(slotId, allocation, job);
  }

  private void addRegistration(TaskExecutorSnapshot taskExecutor, List<String> problems) {
    ResourceID id = taskExecutor.resourceId();
    boolean known =
        resourceManager.taskExecutors().stream()
            .filter(each -> each.resourceId().equals(id))
            .anyMatch(each -> each.registrationId().equals(taskExecutor.registrationId()));
    if (!known) {
      problems.add(
          id + " believes to be registered as " + taskExecutor.registrationId() + ", but is not");
    }
  }

  private void addTaken(
      TaskExecutorSnapshot taskExecutor, TaskExecutorSnapshot.Slot slot, List<String> problems) {
    JobMasterSnapshot job = jobs.get(slot.jobId());
    if (job == null) {
      problems.add("held for a job that is over: " + slot);
    } else if (slot.state() != SlotState.ACTIVE) {
      problems.add("neither free nor in use: " + slot);
    } else if (job.slotPool().slots().stream()
        .noneMatch(each -> each.allocationId().equals(slot.allocationId()))) {
      problems.add("not in the pool of its job: " + slot);
    } else if (!job.taskManagers().contains(taskExecutor.resourceId())) {
      problems.add(taskExecutor.resourceId() + " is not registered at job " + job.jobId());
    }
  }

  private void addBelieved(Set<Record> real, List<String> problems) {
    for (ResourceManagerSnapshot.Registration registration : resourceManager.registrations()) {
      for (ResourceManagerSnapshot.Slot slot : registration.slots()) {
        if (slot.state() == ManagedSlotState.PENDING
            || !real.contains(slotOf(slot.slotId(), slot.allocationId(), slot.jobId()))) {
          problems.add("the ResourceManager is wrong about " + slot);
        }
      }
    }
  }

  private void addPools(Set<Record> real, List<String> problems) {
    for (JobMasterSnapshot job : jobs.values()) {
      for (SlotPoolSnapshot.Slot slot : job.slotPool().slots()) {
        if (!real.contains(new Taken(slot.slotId(), slot.allocationId(), job.jobId()))) {
          problems.add("job " + job.jobId() + " believes to have " + slot);
        }
      }
    }
  }

  private void addNeeds(Map<JobID, Integer> taken, List<String> problems) {
    int total = truth.taskExecutors().stream().mapToInt(each -> each.slots().size()).sum();
    int free = total - taken.values().stream().mapToInt(Integer::intValue).sum();
    int needed = jobs.values().stream().mapToInt(job -> job.slotPool().required()).sum();
    for (JobMasterSnapshot job : jobs.values()) {
      int required = job.slotPool().required();
      int has = taken.getOrDefault(job.jobId(), 0);
      if (has > required || (has < required && (free > 0 || needed <= total))) {
        problems.add(
            "job "
                + job.jobId()
                + " needs "
                + required
                + " slots and has "
                + has
                + ", while "
                + free
                + " of "
                + total
                + " are free");
      }
    }
    for (ResourceManagerSnapshot.Need need : resourceManager.needs()) {
      JobMasterSnapshot job = jobs.get(need.jobId());
      if (job == null || job.slotPool().required() != need.required()) {
        problems.add("the ResourceManager believes in " + need);
      }
    }
  }
}
