package org.stellwerk.runtime.taskexecutor;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.ExecutionState;

/**
 * A TaskExecutor at one instant, read from its components without changing them; for tests and the
 * simulator.
 *
 * @param leaderSession the leader session that it follows; null if it knows none
 * @param registrationId under which that session's ResourceManager has taken it in; null if not yet
 * @param slots in the order of their indexes
 * @param tasks those that have not ended
 * @param jobs those that it has a connection for
 * @param leases the jobs that go on without a JobMaster
 * @param availability whether it gives slots and takes tasks
 */
public record TaskExecutorSnapshot(
    ResourceID resourceId,
    @Nullable UUID leaderSession,
    @Nullable InstanceID registrationId,
    List<Slot> slots,
    List<RunningTask> tasks,
    List<Job> jobs,
    List<JobID> leases,
    Availability availability) {

  /**
   * A slot.
   *
   * @param allocationId null exactly if the slot is FREE
   * @param jobId null exactly if the slot is FREE
   * @param attempts the tasks in it
   */
  public record Slot(
      SlotID slotId,
      SlotState state,
      @Nullable AllocationID allocationId,
      @Nullable JobID jobId,
      List<ExecutionAttemptID> attempts) {}

  /** A task that has not ended. */
  public record RunningTask(ExecutionAttemptID attemptId, JobID jobId, ExecutionState state) {}

  /**
   * The connection to a job's JobMaster.
   *
   * @param connected whether the JobMaster has taken this TaskExecutor in
   */
  public record Job(JobID jobId, JobMasterId jobMasterId, boolean connected) {}

  static TaskExecutorSnapshot of(
      ResourceID resourceId, ResourceManagerConnection resourceManager, ServedJobs jobs) {
    List<RunningTask> running = new ArrayList<>();
    for (Task task : jobs.tasks().all()) {
      running.add(new RunningTask(task.attemptId(), task.jobId(), task.state()));
    }
    List<Job> connections = new ArrayList<>();
    for (JobLeaderConnection job : jobs.connections().all()) {
      connections.add(new Job(job.jobId(), job.jobMasterId(), job.isConnected()));
    }
    return new TaskExecutorSnapshot(
        resourceId,
        resourceManager.leaderSession(),
        resourceManager.registrationId(),
        jobs.slots().snapshot(),
        running,
        connections,
        jobs.connections().leases().jobs(),
        jobs.availability());
  }
}
