package org.stellwerk.runtime.jobmaster.slotpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;

/** Records what is asked of it; answers submissions when the test says so, the rest at once. */
public final class TestingTaskManagerGateway implements TaskManagerGateway {

  public final List<TaskDeploymentDescriptor> submitted = new ArrayList<>();
  public final List<CompletableFuture<Acknowledge>> submissions = new ArrayList<>();
  public final List<ExecutionAttemptID> cancelled = new ArrayList<>();
  public final List<AllocationID> freed = new ArrayList<>();

  /** The answer to cancellations. */
  public CompletableFuture<Acknowledge> cancellation =
      CompletableFuture.completedFuture(Acknowledge.INSTANCE);

  public String address = "sim://somewhere/taskexecutor";

  @Override
  public String getAddress() {
    return address;
  }

  @Override
  public CompletableFuture<Acknowledge> submitTask(
      TaskDeploymentDescriptor task, Duration timeout) {
    CompletableFuture<Acknowledge> answer = new CompletableFuture<>();
    submitted.add(task);
    submissions.add(answer);
    return answer;
  }

  @Override
  public CompletableFuture<Acknowledge> cancelTask(ExecutionAttemptID attemptId, Duration timeout) {
    cancelled.add(attemptId);
    return cancellation;
  }

  @Override
  public CompletableFuture<Acknowledge> freeSlot(
      AllocationID allocationId, String reason, Duration timeout) {
    freed.add(allocationId);
    return CompletableFuture.completedFuture(Acknowledge.INSTANCE);
  }
}
