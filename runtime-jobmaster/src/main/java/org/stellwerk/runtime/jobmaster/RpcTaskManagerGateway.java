package org.stellwerk.runtime.jobmaster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.jobmaster.slotpool.TaskManagerGateway;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.TaskDeploymentBatch;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskSubmissionResult;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;
import org.stellwerk.util.ExceptionUtils;

/**
 * One TaskExecutor, over RPC, in one JobMaster's session. Tasks submitted in one turn of the main
 * thread travel as one message, and so do tasks cancelled in one turn: they are collected until a
 * flush that is posted behind the turn. What else is asked of the TaskExecutor in between flushes
 * first, so that nothing overtakes anything. In the JobMaster's main thread; its futures complete
 * there.
 */
public final class RpcTaskManagerGateway implements TaskManagerGateway {

  private record Cancellation(
      ExecutionAttemptID attemptId, Duration timeout, CompletableFuture<Acknowledge> answer) {}

  private record Submission(
      TaskDeploymentDescriptor task, Duration timeout, CompletableFuture<Acknowledge> answer) {}

  private final TaskExecutorGateway taskExecutor;
  private final JobMasterId jobMasterId;
  private final Executor mainThread;
  private List<Submission> submissions = new ArrayList<>();
  private List<Cancellation> cancellations = new ArrayList<>();
  private boolean flushPosted;

  /** A gateway for one session. */
  public RpcTaskManagerGateway(
      TaskExecutorGateway taskExecutor, JobMasterId jobMasterId, Executor mainThread) {
    this.taskExecutor = taskExecutor;
    this.jobMasterId = jobMasterId;
    this.mainThread = mainThread;
  }

  @Override
  public String getAddress() {
    return taskExecutor.getAddress();
  }

  @Override
  public CompletableFuture<Acknowledge> submitTask(
      TaskDeploymentDescriptor task, Duration timeout) {
    flushCancellations();
    Submission submission = new Submission(task, timeout, new CompletableFuture<>());
    submissions.add(submission);
    postFlush();
    return submission.answer();
  }

  private void postFlush() {
    if (!flushPosted) {
      flushPosted = true;
      mainThread.execute(
          () -> {
            flushPosted = false;
            flush();
          });
    }
  }

  /** One of the two is empty at any time. */
  private void flush() {
    flushSubmissions();
    flushCancellations();
  }

  private void flushSubmissions() {
    if (submissions.isEmpty()) {
      return;
    }
    List<Submission> batch = submissions;
    submissions = new ArrayList<>();
    List<TaskDeploymentDescriptor> tasks = new ArrayList<>(batch.size());
    for (Submission submission : batch) {
      tasks.add(submission.task());
    }
    taskExecutor
        .submitTasks(TaskDeploymentBatch.of(tasks), jobMasterId, batch.get(0).timeout())
        .whenCompleteAsync((results, failure) -> answer(batch, results, failure), mainThread);
  }

  private void flushCancellations() {
    if (cancellations.isEmpty()) {
      return;
    }
    List<Cancellation> batch = cancellations;
    cancellations = new ArrayList<>();
    taskExecutor
        .cancelTasks(
            batch.stream().map(Cancellation::attemptId).toList(),
            jobMasterId,
            batch.get(0).timeout())
        .whenCompleteAsync(
            (acknowledge, failure) -> {
              for (Cancellation each : batch) {
                if (failure == null) {
                  each.answer().complete(Acknowledge.INSTANCE);
                } else {
                  each.answer().completeExceptionally(failure);
                }
              }
            },
            mainThread);
  }

  private static void answer(
      List<Submission> batch,
      @Nullable List<TaskSubmissionResult> results,
      @Nullable Throwable failure) {
    if (failure != null || results == null) {
      Throwable cause =
          failure == null
              ? new TaskSubmissionException("The TaskManager gave no results")
              : ExceptionUtils.stripCompletionException(failure);
      batch.forEach(submission -> submission.answer().completeExceptionally(cause));
      return;
    }
    Map<ExecutionAttemptID, TaskSubmissionResult> byAttempt = new LinkedHashMap<>();
    results.forEach(result -> byAttempt.put(result.attemptId(), result));
    for (Submission submission : batch) {
      TaskSubmissionResult result = byAttempt.get(submission.task().attemptId());
      if (result == null) {
        submission
            .answer()
            .completeExceptionally(
                new TaskSubmissionException("The TaskManager gave no result for the task"));
      } else if (result.refusal() != null) {
        submission.answer().completeExceptionally(result.refusal().toException());
      } else {
        submission.answer().complete(Acknowledge.INSTANCE);
      }
    }
  }

  @Override
  public CompletableFuture<Acknowledge> cancelTask(ExecutionAttemptID attemptId, Duration timeout) {
    flushSubmissions();
    Cancellation cancellation = new Cancellation(attemptId, timeout, new CompletableFuture<>());
    cancellations.add(cancellation);
    postFlush();
    return cancellation.answer();
  }

  @Override
  public CompletableFuture<Acknowledge> freeSlot(
      AllocationID allocationId, String reason, Duration timeout) {
    flush();
    return taskExecutor
        .freeSlot(allocationId, jobMasterId, reason, timeout)
        .thenApplyAsync(acknowledge -> acknowledge, mainThread);
  }
}
