package org.stellwerk.runtime.resourcemanager;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.HardwareDescription;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.messages.TaskDeploymentBatch;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.messages.TaskSubmissionResult;

/** A TaskExecutor that records what the ResourceManager asks of it and answers as it is told. */
final class TestingTaskExecutor extends RpcEndpoint implements TaskExecutorGateway {

  record SlotCall(
      SlotID slotId, JobID jobId, AllocationID allocationId, JobMasterAddress jobMaster) {}

  final List<SlotCall> slotCalls = new ArrayList<>();
  final List<String> disconnects = new ArrayList<>();
  Availability availability = Availability.INITIAL;
  CompletableFuture<List<SlotRefusal>> slotAnswer = CompletableFuture.completedFuture(List.of());
  private final ResourceID resourceId;
  private final int slots;

  TestingTaskExecutor(RpcService rpc, String name, int slots) {
    super(rpc, "taskexecutor_" + name);
    this.resourceId = new ResourceID(name);
    this.slots = slots;
  }

  ResourceID resourceId() {
    return resourceId;
  }

  TaskExecutorRegistration registration() {
    return new TaskExecutorRegistration(
        getAddress(),
        new TaskManagerLocation(resourceId, "host", 4711),
        new HardwareDescription(2, 1 << 30, 1 << 28, 0),
        freeReport(),
        availability);
  }

  SlotReport freeReport() {
    List<SlotStatus> statuses = new ArrayList<>();
    for (int i = 0; i < slots; i++) {
      statuses.add(new SlotStatus(new SlotID(resourceId, i), null, null));
    }
    return new SlotReport(statuses);
  }

  @Override
  public CompletableFuture<List<SlotRefusal>> requestSlots(
      JobID jobId,
      List<SlotAllocation> wanted,
      JobMasterAddress jobMaster,
      ResourceManagerId resourceManagerId,
      Duration timeout) {
    for (SlotAllocation slot : wanted) {
      slotCalls.add(new SlotCall(slot.slotId(), jobId, slot.allocationId(), jobMaster));
    }
    return slotAnswer;
  }

  @Override
  public CompletableFuture<Availability> setAvailability(
      Availability.Mode mode, ResourceManagerId resourceManagerId, Duration timeout) {
    availability = availability.changedTo(mode);
    return CompletableFuture.completedFuture(availability);
  }

  @Override
  public void disconnectResourceManager(ResourceManagerId resourceManagerId, String reason) {
    disconnects.add(reason);
  }

  @Override
  public CompletableFuture<List<TaskSubmissionResult>> submitTasks(
      TaskDeploymentBatch batch, JobMasterId jobMasterId, Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<Acknowledge> cancelTasks(
      List<ExecutionAttemptID> attemptIds, JobMasterId jobMasterId, Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<Acknowledge> freeSlots(
      List<AllocationID> allocationIds, JobMasterId jobMasterId, String reason, Duration timeout) {
    return unexpected();
  }

  @Override
  public void releasePartitions(
      JobID jobId, JobMasterId jobMasterId, List<ExecutionAttemptID> producers) {
    throw new UnsupportedOperationException("not a call of the ResourceManager");
  }

  @Override
  public void suspendJobMaster(JobID jobId, JobMasterId jobMasterId, String reason) {
    throw new UnsupportedOperationException("not a call of the ResourceManager");
  }

  @Override
  public void disconnectJobMaster(JobID jobId, JobMasterId jobMasterId, String reason) {
    throw new UnsupportedOperationException("not a call of the ResourceManager");
  }

  @Override
  public CompletableFuture<ResourceID> ping(Duration timeout) {
    return CompletableFuture.completedFuture(resourceId);
  }

  private static <T> CompletableFuture<T> unexpected() {
    return CompletableFuture.failedFuture(
        new UnsupportedOperationException("not a call of the ResourceManager"));
  }
}
