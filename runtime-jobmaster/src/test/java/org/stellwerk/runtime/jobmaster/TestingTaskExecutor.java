package org.stellwerk.runtime.jobmaster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.gateway.JobMasterGateway;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.runtime.messages.TaskDeploymentBatch;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat.ExecutionStatus;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.messages.TaskManagerRegistration;
import org.stellwerk.runtime.messages.TaskSubmissionResult;

/**
 * A TaskExecutor that does what a JobMaster expects: offers a slot when one is asked for, reports
 * tasks as RUNNING and lets the test decide how they end, cancels what is to be cancelled.
 */
public final class TestingTaskExecutor extends RpcEndpoint implements TaskExecutorGateway {

  public final List<TaskDeploymentBatch> batches = new ArrayList<>();
  public final Map<ExecutionAttemptID, TaskDeploymentDescriptor> tasks = new LinkedHashMap<>();
  public final List<ExecutionAttemptID> cancelled = new ArrayList<>();
  public final List<AllocationID> freed = new ArrayList<>();

  /** Calls that give back slots or end the connection, in their order. */
  final List<String> farewells = new ArrayList<>();

  public final List<AllocationID> activeSlots = new ArrayList<>();
  final List<ExecutionAttemptID> releasedPartitions = new ArrayList<>();
  public final List<String> disconnects = new ArrayList<>();
  public final List<String> suspensions = new ArrayList<>();
  public final TaskManagerLocation location;
  public Consumer<TaskDeploymentDescriptor> onTask = task -> {};
  public @Nullable JobMasterGateway jobMaster;
  public boolean confirmsCancel = true;
  public JobReport report = JobReport.EMPTY;
  final List<RegistrationResponse> answers = new ArrayList<>();
  private long registrationIds;
  private final Map<JobID, JobMasterGateway> jobMasters = new LinkedHashMap<>();
  private final Map<String, CompletableFuture<JobMasterGateway>> registrations =
      new LinkedHashMap<>();

  public TestingTaskExecutor(RpcService rpc, int number) {
    super(rpc, "taskexecutor_" + number);
    this.location = TestGraphs.location(number);
  }

  /** Offers slots once it is registered; registers with them if it is not. */
  public void offer(JobMasterAddress address, JobID jobId, List<SlotOffer> offers) {
    CompletableFuture<JobMasterGateway> registered = registrations.get(address.address());
    if (registered == null) {
      registrations.put(address.address(), register(address, jobId, offers));
      return;
    }
    registered.thenAccept(
        gateway ->
            gateway
                .offerSlots(location.resourceId(), offers, Duration.ofSeconds(5))
                .thenAccept(this::accepted));
  }

  private void accepted(List<SlotOffer> accepted) {
    accepted.forEach(slot -> activeSlots.add(slot.allocationId()));
  }

  private CompletableFuture<JobMasterGateway> register(
      JobMasterAddress address, JobID jobId, List<SlotOffer> offers) {
    return getRpcService()
        .connect(address.address(), address.jobMasterId(), JobMasterGateway.class)
        .thenCompose(
            gateway -> {
              jobMaster = gateway;
              jobMasters.put(jobId, gateway);
              return gateway
                  .registerTaskManager(
                      new TaskManagerRegistration(
                          jobId,
                          new InstanceID(new UUID(location.dataPort(), ++registrationIds)),
                          getAddress(),
                          location,
                          report,
                          offers),
                      Duration.ofSeconds(5))
                  .thenApply(
                      registered -> {
                        answers.add(registered);
                        if (registered
                            instanceof RegistrationResponse.JobMasterTaskExecutorSuccess success) {
                          accepted(success.accepted());
                        }
                        return gateway;
                      });
            });
  }

  /** Registers again, with its report. */
  void registerAgain(JobMasterAddress address, JobID jobId) {
    registrations.clear();
    offer(address, jobId, List.of());
  }

  /** Ends its connections without a word, and what runs with them. */
  public void forgetJobMasters() {
    registrations.clear();
    tasks.clear();
    activeSlots.clear();
  }

  public JobMasterGateway jobMaster() {
    JobMasterGateway known = jobMaster;
    if (known == null) {
      throw new IllegalStateException("Not connected");
    }
    return known;
  }

  private JobMasterGateway jobMaster(JobID jobId) {
    JobMasterGateway known = jobMasters.get(jobId);
    if (known == null) {
      throw new IllegalStateException("Not connected to the JobMaster of " + jobId);
    }
    return known;
  }

  /** Tells the JobMaster that a task is in the state. */
  public CompletableFuture<List<ExecutionAttemptID>> report(
      ExecutionAttemptID attempt, ExecutionState state, @Nullable SerializedThrowable failure) {
    TaskDeploymentDescriptor task = tasks.get(attempt);
    if (task == null) {
      throw new IllegalStateException("No task " + attempt);
    }
    if (state.isTerminal()) {
      tasks.remove(attempt);
    }
    return jobMaster(task.jobId())
        .updateTaskExecutionStates(
            List.of(new TaskExecutionState(task.jobId(), attempt, state, failure, IOMetrics.ZERO)),
            Duration.ofSeconds(5));
  }

  /** All tasks end in the state. */
  public void reportAll(ExecutionState state) {
    for (ExecutionAttemptID attempt : new ArrayList<>(tasks.keySet())) {
      report(attempt, state, null);
    }
  }

  /** What it tells with a heartbeat. */
  public TaskExecutorHeartbeat.ToJobMaster heartbeat() {
    return new TaskExecutorHeartbeat.ToJobMaster(
        tasks.keySet().stream()
            .map(attempt -> new ExecutionStatus(attempt, ExecutionState.RUNNING, IOMetrics.ZERO))
            .toList(),
        activeSlots,
        List.of());
  }

  @Override
  public CompletableFuture<List<SlotRefusal>> requestSlots(
      JobID jobId,
      List<SlotAllocation> slots,
      JobMasterAddress address,
      ResourceManagerId resourceManagerId,
      Duration timeout) {
    offer(
        address,
        jobId,
        slots.stream()
            .map(slot -> new SlotOffer(slot.allocationId(), slot.slotId().slotNumber()))
            .toList());
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletableFuture<List<TaskSubmissionResult>> submitTasks(
      TaskDeploymentBatch batch, JobMasterId jobMasterId, Duration timeout) {
    batches.add(batch);
    List<TaskSubmissionResult> results = new ArrayList<>();
    for (TaskDeploymentDescriptor task : batch.unpack()) {
      tasks.put(task.attemptId(), task);
      results.add(new TaskSubmissionResult(task.attemptId(), null));
      report(task.attemptId(), ExecutionState.RUNNING, null);
      onTask.accept(task);
    }
    return CompletableFuture.completedFuture(results);
  }

  @Override
  public CompletableFuture<Acknowledge> cancelTasks(
      List<ExecutionAttemptID> attemptIds, JobMasterId jobMasterId, Duration timeout) {
    for (ExecutionAttemptID attemptId : attemptIds) {
      cancelled.add(attemptId);
      if (confirmsCancel && tasks.containsKey(attemptId)) {
        report(attemptId, ExecutionState.CANCELED, null);
      }
    }
    return CompletableFuture.completedFuture(Acknowledge.INSTANCE);
  }

  @Override
  public CompletableFuture<Acknowledge> freeSlots(
      List<AllocationID> allocationIds, JobMasterId jobMasterId, String reason, Duration timeout) {
    farewells.add("free " + allocationIds.size());
    freed.addAll(allocationIds);
    activeSlots.removeAll(allocationIds);
    return CompletableFuture.completedFuture(Acknowledge.INSTANCE);
  }

  @Override
  public void releasePartitions(
      JobID jobId, JobMasterId jobMasterId, List<ExecutionAttemptID> producers) {
    releasedPartitions.addAll(producers);
  }

  @Override
  public void suspendJobMaster(JobID jobId, JobMasterId jobMasterId, String reason) {
    farewells.add("suspend");
    suspensions.add(reason);
  }

  @Override
  public void disconnectJobMaster(JobID jobId, JobMasterId jobMasterId, String reason) {
    farewells.add("disconnect");
    disconnects.add(reason);
  }

  @Override
  public void disconnectResourceManager(ResourceManagerId resourceManagerId, String reason) {
    throw new UnsupportedOperationException("not a call of a JobMaster");
  }

  @Override
  public CompletableFuture<Availability> setAvailability(
      Availability.Mode mode, ResourceManagerId resourceManagerId, Duration timeout) {
    throw new UnsupportedOperationException("not a call of a JobMaster");
  }

  @Override
  public CompletableFuture<ResourceID> ping(Duration timeout) {
    return CompletableFuture.completedFuture(location.resourceId());
  }
}
