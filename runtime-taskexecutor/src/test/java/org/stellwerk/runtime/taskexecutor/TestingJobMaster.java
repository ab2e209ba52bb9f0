package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.TaskManagerRegistration;

/** Accepts every slot and state, unless the test says otherwise, and keeps what it is told. */
final class TestingJobMaster extends FencedRpcEndpoint<JobMasterId> implements JobMasterGateway {

  final JobID jobId;
  final List<TaskManagerRegistration> registrations = new ArrayList<>();
  final List<List<SlotOffer>> offers = new ArrayList<>();
  final List<TaskExecutionState> states = new ArrayList<>();
  final List<TaskExecutorHeartbeat.ToJobMaster> heartbeats = new ArrayList<>();
  final List<AllocationID> failedSlots = new ArrayList<>();
  final List<TaskManagerLoss> goodbyes = new ArrayList<>();
  @Nullable RegistrationResponse answer;
  Function<RegistrationResponse, CompletableFuture<RegistrationResponse>> registrationAnswer =
      CompletableFuture::completedFuture;
  Function<List<SlotOffer>, CompletableFuture<List<SlotOffer>>> offerAnswer =
      CompletableFuture::completedFuture;
  Function<TaskExecutionState, CompletableFuture<Acknowledge>> stateAnswer =
      state -> CompletableFuture.completedFuture(Acknowledge.INSTANCE);
  Supplier<CompletableFuture<Acknowledge>> heartbeatAnswer =
      () -> CompletableFuture.completedFuture(Acknowledge.INSTANCE);

  TestingJobMaster(RpcService rpc, JobID jobId, JobMasterId id) {
    super(rpc, LeaderInformation.jobMasterName(id.value(), jobId), id);
    this.jobId = jobId;
  }

  JobMasterId id() {
    return getFencingToken();
  }

  JobMasterAddress address() {
    return new JobMasterAddress(getAddress(), getFencingToken());
  }

  List<ExecutionState> statesOf(ExecutionAttemptID attempt) {
    return states.stream()
        .filter(state -> state.attemptId().equals(attempt))
        .map(TaskExecutionState::state)
        .toList();
  }

  @Override
  public CompletableFuture<RegistrationResponse> registerTaskManager(
      TaskManagerRegistration registration, Duration timeout) {
    registrations.add(registration);
    RegistrationResponse given = answer;
    if (given != null) {
      return registrationAnswer.apply(given);
    }
    CompletableFuture<List<SlotOffer>> accepted =
        registration.offers().isEmpty()
            ? CompletableFuture.completedFuture(List.of())
            : offerSlots(registration.location().resourceId(), registration.offers(), timeout);
    return accepted.thenCompose(slots -> registrationAnswer.apply(success(registration, slots)));
  }

  private static RegistrationResponse success(
      TaskManagerRegistration registration, List<SlotOffer> accepted) {
    return new RegistrationResponse.JobMasterTaskExecutorSuccess(
        new ResourceID("jm"),
        registration.report().slots().stream().map(SlotOffer::allocationId).toList(),
        registration.report().executions().stream()
            .map(JobReport.HeldExecution::attemptId)
            .toList(),
        accepted);
  }

  @Override
  public CompletableFuture<List<SlotOffer>> offerSlots(
      ResourceID taskManagerId, List<SlotOffer> slots, Duration timeout) {
    offers.add(slots);
    return offerAnswer.apply(slots);
  }

  @Override
  public void failSlot(ResourceID taskManagerId, AllocationID allocationId, String reason) {
    failedSlots.add(allocationId);
  }

  @Override
  public CompletableFuture<List<ExecutionAttemptID>> updateTaskExecutionStates(
      List<TaskExecutionState> update, Duration timeout) {
    states.addAll(update);
    return FutureUtils.combineAll(update.stream().map(stateAnswer).toList())
        .thenApply(acknowledged -> List.of());
  }

  @Override
  public CompletableFuture<Acknowledge> heartbeatFromTaskManager(
      ResourceID taskManagerId, TaskExecutorHeartbeat.ToJobMaster payload, Duration timeout) {
    heartbeats.add(payload);
    return heartbeatAnswer.get();
  }

  @Override
  public void notifyDraining(List<ResourceID> taskManagerIds) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void disconnectTaskManager(ResourceID taskManagerId, TaskManagerLoss loss) {
    goodbyes.add(loss);
  }

  @Override
  public CompletableFuture<Acknowledge> cancel(Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<ArchivedExecutionGraph> requestJob(Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<JobResourceRequirements> requestResourceRequirements(Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Acknowledge> updateResourceRequirements(
      JobResourceRequirements requirements, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<JobStatus> requestJobStatus(Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void disconnectResourceManager(String reason) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void notifyNotEnoughResourcesAvailable(int acquiredSlots, int totalSlots) {
    throw new UnsupportedOperationException();
  }
}
