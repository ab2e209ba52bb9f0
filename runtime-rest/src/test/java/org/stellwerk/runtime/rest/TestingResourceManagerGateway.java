package org.stellwerk.runtime.rest;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.HardwareDescription;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.ResourceOverview;
import org.stellwerk.runtime.messages.ResourceRequirements;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;
import org.stellwerk.runtime.messages.TaskManagerInfo;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;

/** A ResourceManager with one TaskManager. */
final class TestingResourceManagerGateway implements ResourceManagerGateway {

  static final TaskManagerInfo TASK_MANAGER =
      new TaskManagerInfo(
          new TaskManagerLocation(new ResourceID("localhost:40001-ab12"), "localhost", 40002),
          "akka://stellwerk@localhost:40001/user/rpc/taskexecutor",
          new HardwareDescription(2, 8L << 30, 1L << 30, 0),
          4,
          3,
          1_700_000_000_000L,
          512L << 20,
          Availability.Mode.OPEN);

  private TaskManagerInfo taskManager = TASK_MANAGER;

  @Override
  public CompletableFuture<List<TaskManagerInfo>> requestTaskManagerInfos(Duration timeout) {
    return CompletableFuture.completedFuture(List.of(taskManager));
  }

  @Override
  public CompletableFuture<Acknowledge> setTaskManagerAvailability(
      ResourceID taskManagerId, Availability.Mode mode, Duration timeout) {
    if (!taskManagerId.equals(TASK_MANAGER.location().resourceId())) {
      return CompletableFuture.failedFuture(
          new UnknownTaskExecutorException("No TaskManager " + taskManagerId + " is registered"));
    }
    taskManager =
        new TaskManagerInfo(
            taskManager.location(),
            taskManager.rpcAddress(),
            taskManager.hardware(),
            taskManager.slotsTotal(),
            mode == Availability.Mode.DRAINING ? taskManager.slotsTotal() : taskManager.slotsFree(),
            taskManager.lastHeartbeatMs(),
            taskManager.freeHeap(),
            mode);
    return CompletableFuture.completedFuture(Acknowledge.INSTANCE);
  }

  @Override
  public CompletableFuture<ResourceOverview> requestResourceOverview(Duration timeout) {
    return CompletableFuture.completedFuture(new ResourceOverview(1, 4, 3));
  }

  @Override
  public CompletableFuture<RegistrationResponse> registerJobMaster(
      JobMasterId jobMasterId,
      ResourceID jobMasterResourceId,
      String jobMasterAddress,
      JobID jobId,
      Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<Acknowledge> declareRequiredResources(
      JobMasterId jobMasterId, ResourceRequirements requirements, Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<RegistrationResponse> registerTaskExecutor(
      TaskExecutorRegistration registration, Duration timeout) {
    return unexpected();
  }

  @Override
  public void notifySlotsAvailable(InstanceID registrationId, List<SlotAllocation> freed) {
    throw new UnsupportedOperationException("not a call of the REST API");
  }

  @Override
  public CompletableFuture<Acknowledge> heartbeatFromTaskManager(
      ResourceID taskManagerId,
      InstanceID registrationId,
      TaskExecutorHeartbeat.ToResourceManager payload,
      Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<Acknowledge> heartbeatFromJobMaster(
      ResourceID jobMasterResourceId, JobID jobId, Duration timeout) {
    return unexpected();
  }

  @Override
  public void disconnectTaskManager(ResourceID taskManagerId, TaskManagerLoss loss) {
    throw new UnsupportedOperationException("not a call of the REST API");
  }

  @Override
  public void disconnectJobMaster(
      JobID jobId, JobMasterId jobMasterId, JobStatus status, String reason) {
    throw new UnsupportedOperationException("not a call of the REST API");
  }

  @Override
  public ResourceManagerId getFencingToken() {
    return new ResourceManagerId(new UUID(0, 1));
  }

  @Override
  public String getAddress() {
    return "testing://resourcemanager";
  }

  @Override
  public String getHostname() {
    return "localhost";
  }

  private static <T> CompletableFuture<T> unexpected() {
    return CompletableFuture.failedFuture(
        new UnsupportedOperationException("not a call of the REST API"));
  }
}
