package org.stellwerk.runtime.gateway;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.RpcTimeout;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.runtime.messages.TaskDeploymentBatch;
import org.stellwerk.runtime.messages.TaskSubmissionResult;

/**
 * A worker: gives slots and runs tasks. Not fenced, as it serves several leaders; their session ids
 * travel in the calls and are checked per call.
 */
public interface TaskExecutorGateway extends RpcGateway {

  /**
   * Allocates slots for a job and offers them, together, to the job's master; each is given or
   * refused for itself. Idempotent: the same allocation on the same slot is given again.
   *
   * @param slots the slots, and the allocation that each is to have
   * @return those that are refused: there is no such slot, it or the allocation is taken otherwise,
   *     or none are given now; empty if all are given. Fails with SlotAllocationException, and none
   *     is given, if the session is not the ResourceManager's current one or a slot is another
   *     TaskExecutor's
   */
  CompletableFuture<List<SlotRefusal>> requestSlots(
      JobID jobId,
      List<SlotAllocation> slots,
      JobMasterAddress jobMaster,
      ResourceManagerId resourceManagerId,
      @RpcTimeout Duration timeout);

  /**
   * Takes tasks; each attempt at most once, however often it is sent.
   *
   * @return one result per task, in their order
   */
  CompletableFuture<List<TaskSubmissionResult>> submitTasks(
      TaskDeploymentBatch batch, JobMasterId jobMasterId, @RpcTimeout Duration timeout);

  /**
   * Begins to cancel attempts; acknowledged at once, also if some are not or no longer here.
   *
   * @return fails with FencingTokenException, and cancels none, if one belongs to a job that is not
   *     served for the session
   */
  CompletableFuture<Acknowledge> cancelTasks(
      List<ExecutionAttemptID> attemptIds, JobMasterId jobMasterId, @RpcTimeout Duration timeout);

  /**
   * Frees slots and fails what still runs in them; nothing for allocations that have none.
   * Idempotent.
   *
   * @return fails with FencingTokenException, and frees none, if one belongs to a job that is not
   *     served for the session
   */
  CompletableFuture<Acknowledge> freeSlots(
      List<AllocationID> allocationIds,
      JobMasterId jobMasterId,
      String reason,
      @RpcTimeout Duration timeout);

  /**
   * The finished results of these attempts are not needed any more. One that is not heard, or not
   * from the job's current session, leaves them there until the connection to the JobMaster ends.
   */
  void releasePartitions(JobID jobId, JobMasterId jobMasterId, List<ExecutionAttemptID> producers);

  /**
   * A JobMaster ends its connection, as the job is over or does without this TaskExecutor: the
   * job's tasks are cancelled, its slots freed and its results removed.
   */
  void disconnectJobMaster(JobID jobId, JobMasterId jobMasterId, String reason);

  /**
   * A JobMaster ends with its leader session, and the job goes on under the next: its tasks, slots
   * and results are kept for that.
   */
  void suspendJobMaster(JobID jobId, JobMasterId jobMasterId, String reason);

  /** The ResourceManager ends the connection; the TaskExecutor registers again. */
  void disconnectResourceManager(ResourceManagerId resourceManagerId, String reason);

  /**
   * Changes whether slots are given and tasks taken. Idempotent.
   *
   * @return what holds from now on; fails with FencingTokenException if the session is not the
   *     ResourceManager's current one
   */
  CompletableFuture<Availability> setAvailability(
      Availability.Mode mode, ResourceManagerId resourceManagerId, @RpcTimeout Duration timeout);

  /** Answers at once: whether the process is there. */
  CompletableFuture<ResourceID> ping(@RpcTimeout Duration timeout);

  /** Where a job's master is, and its session. */
  record JobMasterAddress(String address, JobMasterId jobMasterId) {}
}
