package org.stellwerk.runtime.resourcemanager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
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

/** A JobMaster that records what the ResourceManager tells it. */
final class TestingJobMaster extends FencedRpcEndpoint<JobMasterId> implements JobMasterGateway {

  final List<TaskManagerLoss> losses = new ArrayList<>();
  final List<List<ResourceID>> draining = new ArrayList<>();
  final List<String> disconnects = new ArrayList<>();
  final List<String> shortages = new ArrayList<>();
  private final JobID jobId;

  TestingJobMaster(RpcService rpc, JobID jobId, JobMasterId jobMasterId) {
    super(rpc, "jobmaster_" + jobId + "_" + jobMasterId, jobMasterId);
    this.jobId = jobId;
  }

  JobID jobId() {
    return jobId;
  }

  @Override
  public void disconnectResourceManager(String reason) {
    disconnects.add(reason);
  }

  @Override
  public void notifyNotEnoughResourcesAvailable(int acquiredSlots, int totalSlots) {
    shortages.add(acquiredSlots + " of " + totalSlots);
  }

  @Override
  public CompletableFuture<RegistrationResponse> registerTaskManager(
      TaskManagerRegistration registration, Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<List<SlotOffer>> offerSlots(
      ResourceID taskManagerId, List<SlotOffer> offers, Duration timeout) {
    return unexpected();
  }

  @Override
  public void failSlot(ResourceID taskManagerId, AllocationID allocationId, String reason) {
    throw new UnsupportedOperationException("not a call of the ResourceManager");
  }

  @Override
  public CompletableFuture<List<ExecutionAttemptID>> updateTaskExecutionStates(
      List<TaskExecutionState> states, Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<Acknowledge> cancel(Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<ArchivedExecutionGraph> requestJob(Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<JobResourceRequirements> requestResourceRequirements(Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<Acknowledge> updateResourceRequirements(
      JobResourceRequirements requirements, Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<JobStatus> requestJobStatus(Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<Acknowledge> heartbeatFromTaskManager(
      ResourceID taskManagerId, TaskExecutorHeartbeat.ToJobMaster payload, Duration timeout) {
    return unexpected();
  }

  @Override
  public void notifyDraining(List<ResourceID> taskManagerIds) {
    draining.add(taskManagerIds);
  }

  @Override
  public void disconnectTaskManager(ResourceID taskManagerId, TaskManagerLoss loss) {
    losses.add(loss);
  }

  private static <T> CompletableFuture<T> unexpected() {
    return CompletableFuture.failedFuture(
        new UnsupportedOperationException("not a call of the ResourceManager"));
  }
}
