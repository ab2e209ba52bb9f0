package org.stellwerk.runtime.gateway;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.RpcTimeout;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.ResourceOverview;
import org.stellwerk.runtime.messages.ResourceRequirements;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;
import org.stellwerk.runtime.messages.TaskManagerInfo;
import org.stellwerk.runtime.messages.TaskManagerLoss;

/** The keeper of all slots: brings the needs of jobs and the slots of TaskExecutors together. */
public interface ResourceManagerGateway extends FencedRpcGateway<ResourceManagerId> {

  /** A JobMaster registers; a newer session of a job replaces the older. Idempotent. */
  CompletableFuture<RegistrationResponse> registerJobMaster(
      JobMasterId jobMasterId,
      ResourceID jobMasterResourceId,
      String jobMasterAddress,
      JobID jobId,
      @RpcTimeout Duration timeout);

  /** The whole need of a registered job; replaces the former one unless its version is older. */
  CompletableFuture<Acknowledge> declareRequiredResources(
      JobMasterId jobMasterId, ResourceRequirements requirements, @RpcTimeout Duration timeout);

  /** A TaskExecutor registers with its slots; a new registration replaces the older. */
  CompletableFuture<RegistrationResponse> registerTaskExecutor(
      TaskExecutorRegistration registration, @RpcTimeout Duration timeout);

  /**
   * Slots have become free of the allocations that they had. Ignored unless the registration is the
   * current one, and so is each slot that has another allocation; the next report tells the same.
   */
  void notifySlotsAvailable(InstanceID registrationId, List<SlotAllocation> freed);

  /**
   * A registered TaskExecutor is alive, with its slots; answered, so that it knows the same of this
   * side. Fails with UnknownTaskExecutorException if it has to register again.
   */
  CompletableFuture<Acknowledge> heartbeatFromTaskManager(
      ResourceID taskManagerId,
      InstanceID registrationId,
      TaskExecutorHeartbeat.ToResourceManager payload,
      @RpcTimeout Duration timeout);

  /** A registered JobMaster is alive; fails if it has to register again. */
  CompletableFuture<Acknowledge> heartbeatFromJobMaster(
      ResourceID jobMasterResourceId, JobID jobId, @RpcTimeout Duration timeout);

  /**
   * A TaskExecutor leaves, or a JobMaster has heard nothing of one for the heartbeat timeout; that
   * is believed unless this side has heard of it.
   */
  void disconnectTaskManager(ResourceID taskManagerId, TaskManagerLoss loss);

  /**
   * Cordons, drains or opens a TaskManager; acknowledged when it has taken the order. Idempotent.
   * Fails with UnknownTaskExecutorException. Without an answer of the TaskManager the outcome is
   * unknown; it will be what the TaskManager reports.
   */
  CompletableFuture<Acknowledge> setTaskManagerAvailability(
      ResourceID taskManagerId, Availability.Mode mode, @RpcTimeout Duration timeout);

  /** A JobMaster leaves; with a globally terminal status its job is forgotten. */
  void disconnectJobMaster(JobID jobId, JobMasterId jobMasterId, JobStatus status, String reason);

  /** The cluster's slots in numbers. */
  CompletableFuture<ResourceOverview> requestResourceOverview(@RpcTimeout Duration timeout);

  /** All registered TaskManagers, ordered by id. */
  CompletableFuture<List<TaskManagerInfo>> requestTaskManagerInfos(@RpcTimeout Duration timeout);
}
