package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.ResourceOverview;
import org.stellwerk.runtime.messages.ResourceRequirements;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;
import org.stellwerk.runtime.messages.TaskManagerInfo;
import org.stellwerk.runtime.messages.TaskManagerLoss;

/** Registers everybody and keeps what it is told. */
final class TestingResourceManager extends FencedRpcEndpoint<ResourceManagerId>
    implements ResourceManagerGateway {

  final List<TaskExecutorRegistration> registrations = new ArrayList<>();
  final List<InstanceID> instances = new ArrayList<>();
  final List<TaskExecutorHeartbeat.ToResourceManager> heartbeats = new ArrayList<>();
  final List<AllocationID> available = new ArrayList<>();

  /** What it hears of slots, in its order: announcements as their sizes, and heartbeats. */
  final List<String> slotNews = new ArrayList<>();

  final List<TaskManagerLoss> goodbyes = new ArrayList<>();
  @Nullable RegistrationResponse answer;
  Supplier<CompletableFuture<Acknowledge>> heartbeatAnswer =
      () -> CompletableFuture.completedFuture(Acknowledge.INSTANCE);

  TestingResourceManager(RpcService rpc, ResourceManagerId id) {
    super(rpc, LeaderInformation.resourceManagerName(id.value()), id);
  }

  SlotReport lastReport() {
    return heartbeats.get(heartbeats.size() - 1).slotReport();
  }

  @Override
  public CompletableFuture<RegistrationResponse> registerTaskExecutor(
      TaskExecutorRegistration registration, Duration timeout) {
    registrations.add(registration);
    RegistrationResponse given = answer;
    if (given != null) {
      return CompletableFuture.completedFuture(given);
    }
    InstanceID instance = new InstanceID(getRpcService().getIdGenerator().nextUuid());
    instances.add(instance);
    return CompletableFuture.completedFuture(
        new RegistrationResponse.TaskExecutorSuccess(instance, new ResourceID("rm")));
  }

  @Override
  public void notifySlotsAvailable(InstanceID instance, List<SlotAllocation> freed) {
    slotNews.add(freed.size() + " free");
    if (instance.equals(instances.get(instances.size() - 1))) {
      freed.forEach(slot -> available.add(slot.allocationId()));
    }
  }

  @Override
  public CompletableFuture<Acknowledge> heartbeatFromTaskManager(
      ResourceID id,
      InstanceID instance,
      TaskExecutorHeartbeat.ToResourceManager payload,
      Duration timeout) {
    heartbeats.add(payload);
    slotNews.add("heartbeat");
    return heartbeatAnswer.get();
  }

  @Override
  public CompletableFuture<Acknowledge> setTaskManagerAvailability(
      ResourceID taskManagerId, Availability.Mode mode, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void disconnectTaskManager(ResourceID taskManagerId, TaskManagerLoss loss) {
    goodbyes.add(loss);
    slotNews.add("goodbye");
  }

  @Override
  public CompletableFuture<RegistrationResponse> registerJobMaster(
      JobMasterId jobMasterId, ResourceID id, String address, JobID jobId, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Acknowledge> declareRequiredResources(
      JobMasterId jobMasterId, ResourceRequirements requirements, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Acknowledge> heartbeatFromJobMaster(
      ResourceID id, JobID jobId, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void disconnectJobMaster(JobID jobId, JobMasterId id, JobStatus status, String reason) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<ResourceOverview> requestResourceOverview(Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<List<TaskManagerInfo>> requestTaskManagerInfos(Duration timeout) {
    throw new UnsupportedOperationException();
  }
}
