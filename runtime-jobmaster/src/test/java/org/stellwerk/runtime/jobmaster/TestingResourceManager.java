package org.stellwerk.runtime.jobmaster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
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
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;
import org.stellwerk.runtime.messages.TaskManagerInfo;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.exceptions.UnknownJobMasterException;

/**
 * A ResourceManager that gives the slots which the test gave it, in turn, to whoever needs them.
 */
public final class TestingResourceManager extends FencedRpcEndpoint<ResourceManagerId>
    implements ResourceManagerGateway {

  public final List<ResourceRequirements> declarations = new ArrayList<>();
  public final List<TaskManagerLoss> losses = new ArrayList<>();
  public final List<String> disconnects = new ArrayList<>();
  public final Map<JobID, String> jobMasters = new LinkedHashMap<>();
  public int registrations;
  public int heartbeats;
  public int refuseDeclarations;
  public int refuseRegistrations;
  public ResourceOverview overview = new ResourceOverview(0, 0, 0);
  private final List<TestingTaskExecutor> slots = new ArrayList<>();
  private int given;

  public TestingResourceManager(RpcService rpc, UUID session) {
    super(rpc, LeaderInformation.resourceManagerName(session), new ResourceManagerId(session));
  }

  /** One slot of the TaskExecutor, to be given away. */
  public void addSlot(TestingTaskExecutor taskExecutor) {
    slots.add(taskExecutor);
    overview = new ResourceOverview(1, slots.size(), slots.size() - given);
  }

  @Override
  public CompletableFuture<RegistrationResponse> registerJobMaster(
      JobMasterId jobMasterId,
      ResourceID jobMasterResourceId,
      String jobMasterAddress,
      JobID jobId,
      Duration timeout) {
    registrations++;
    if (refuseRegistrations > 0) {
      refuseRegistrations--;
      return CompletableFuture.completedFuture(new RegistrationResponse.Rejection("not you"));
    }
    jobMasters.put(jobId, jobMasterAddress);
    return CompletableFuture.completedFuture(
        new RegistrationResponse.JobMasterSuccess(getFencingToken(), new ResourceID("rm")));
  }

  @Override
  public CompletableFuture<Acknowledge> declareRequiredResources(
      JobMasterId jobMasterId, ResourceRequirements requirements, Duration timeout) {
    declarations.add(requirements);
    if (refuseDeclarations > 0) {
      refuseDeclarations--;
      return CompletableFuture.failedFuture(new IllegalStateException("not now"));
    }
    for (int i = 0; i < requirements.numberOfSlots() && given < slots.size(); i++) {
      TestingTaskExecutor owner = slots.get(given++);
      owner.offer(
          new JobMasterAddress(requirements.jobMasterAddress(), jobMasterId),
          requirements.jobId(),
          List.of(new SlotOffer(TestGraphs.allocation(given), given)));
    }
    return CompletableFuture.completedFuture(Acknowledge.INSTANCE);
  }

  @Override
  public CompletableFuture<Acknowledge> heartbeatFromJobMaster(
      ResourceID jobMasterResourceId, JobID jobId, Duration timeout) {
    heartbeats++;
    return jobMasters.containsKey(jobId)
        ? CompletableFuture.completedFuture(Acknowledge.INSTANCE)
        : CompletableFuture.failedFuture(new UnknownJobMasterException("forgotten"));
  }

  /** Ends the connection to a JobMaster. */
  public void disconnect(JobID jobId, JobMasterId jobMasterId) {
    @Nullable String address = jobMasters.remove(jobId);
    if (address != null) {
      getRpcService()
          .connect(address, jobMasterId, JobMasterGateway.class)
          .thenAccept(gateway -> gateway.disconnectResourceManager("test"));
    }
  }

  @Override
  public void disconnectJobMaster(
      JobID jobId, JobMasterId jobMasterId, JobStatus status, String reason) {
    disconnects.add(jobId + " " + status);
    jobMasters.remove(jobId);
  }

  @Override
  public CompletableFuture<ResourceOverview> requestResourceOverview(Duration timeout) {
    return CompletableFuture.completedFuture(overview);
  }

  @Override
  public CompletableFuture<RegistrationResponse> registerTaskExecutor(
      TaskExecutorRegistration registration, Duration timeout) {
    return unexpected();
  }

  @Override
  public void notifySlotsAvailable(InstanceID registrationId, List<SlotAllocation> freed) {
    throw new UnsupportedOperationException("not a call of a JobMaster");
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
  public void disconnectTaskManager(ResourceID taskManagerId, TaskManagerLoss loss) {
    losses.add(loss);
  }

  @Override
  public CompletableFuture<Acknowledge> setTaskManagerAvailability(
      ResourceID taskManagerId, Availability.Mode mode, Duration timeout) {
    return unexpected();
  }

  @Override
  public CompletableFuture<List<TaskManagerInfo>> requestTaskManagerInfos(Duration timeout) {
    return unexpected();
  }

  private static <T> CompletableFuture<T> unexpected() {
    return CompletableFuture.failedFuture(
        new UnsupportedOperationException("not a call of a JobMaster"));
  }
}
