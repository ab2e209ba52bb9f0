package org.stellwerk.runtime.gateway;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.RpcTimeout;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.TaskManagerRegistration;

/** One job's master: receives slots and the states of tasks. */
public interface JobMasterGateway extends FencedRpcGateway<JobMasterId> {

  /**
   * A TaskExecutor introduces itself, tells what it has of the job already, and offers its first
   * slots. Idempotent per registration id; one that has ended is rejected.
   */
  CompletableFuture<RegistrationResponse> registerTaskManager(
      TaskManagerRegistration registration, @RpcTimeout Duration timeout);

  /**
   * Offers slots of a registered TaskExecutor; a repeated offer has the same answer.
   *
   * @return those that were accepted; the others are to be freed
   */
  CompletableFuture<List<SlotOffer>> offerSlots(
      ResourceID taskManagerId, List<SlotOffer> offers, @RpcTimeout Duration timeout);

  /** A slot was lost. */
  void failSlot(ResourceID taskManagerId, AllocationID allocationId, String reason);

  /**
   * Attempts changed their states, in this order. Idempotent. That a task has finished is answered
   * once it is durable, or the job over: until then the next leader may have to be told.
   *
   * @return those that are not current attempts of this job: their states are not wanted
   */
  CompletableFuture<List<ExecutionAttemptID>> updateTaskExecutionStates(
      List<TaskExecutionState> states, @RpcTimeout Duration timeout);

  /**
   * Asks the job to cancel; answered when a later leader knows of it, too, or cannot be told for
   * the time being.
   */
  CompletableFuture<Acknowledge> cancel(@RpcTimeout Duration timeout);

  /** The job as it is now. */
  CompletableFuture<ArchivedExecutionGraph> requestJob(@RpcTimeout Duration timeout);

  /** The job's state. */
  CompletableFuture<JobStatus> requestJobStatus(@RpcTimeout Duration timeout);

  /**
   * The bounds between which the parallelism of the job's vertices is chosen; fails with
   * JobModificationException if nothing is chosen.
   */
  CompletableFuture<JobResourceRequirements> requestResourceRequirements(
      @RpcTimeout Duration timeout);

  /** Changes them; who calls has stored them. Fails with JobModificationException as above. */
  CompletableFuture<Acknowledge> updateResourceRequirements(
      JobResourceRequirements requirements, @RpcTimeout Duration timeout);

  /** A registered TaskExecutor is alive; answered, so that it knows the same of this side. */
  CompletableFuture<Acknowledge> heartbeatFromTaskManager(
      ResourceID taskManagerId,
      TaskExecutorHeartbeat.ToJobMaster payload,
      @RpcTimeout Duration timeout);

  /**
   * A TaskExecutor leaves, or has nothing of this job any more; or the ResourceManager has lost it.
   * That nothing was heard of it is believed unless this side has heard of it.
   */
  void disconnectTaskManager(ResourceID taskManagerId, TaskManagerLoss loss);

  /**
   * The TaskManagers from which tasks are to be moved away, all of them: those that were named
   * before and are not any more may be used again.
   */
  void notifyDraining(List<ResourceID> taskManagerIds);

  /** The ResourceManager ends the connection; the JobMaster registers again. */
  void disconnectResourceManager(String reason);

  /**
   * The ResourceManager cannot give all the slots that were declared.
   *
   * @param totalSlots how many slots the cluster has
   */
  void notifyNotEnoughResourcesAvailable(int acquiredSlots, int totalSlots);
}
