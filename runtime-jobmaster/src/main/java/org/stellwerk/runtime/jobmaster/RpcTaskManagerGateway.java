package org.stellwerk.runtime.jobmaster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
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
import org.stellwerk.runtime.scheduler.failover.FailureKinds;
import org.stellwerk.util.ExceptionUtils;

/**
 * One TaskExecutor, over RPC, in one JobMaster's session. Tasks submitted in one turn of the main
 * thread travel as one message, and so do tasks cancelled and slots freed in one turn: they are
 * collected until a flush that is posted behind the turn. What else is asked of the TaskExecutor in
 * between flushes first, so that nothing overtakes anything. In the JobMaster's main thread; its
 * futures complete there.
 */
public final class RpcTaskManagerGateway implements TaskManagerGateway {

  private record Cancellation(
      ExecutionAttemptID attemptId, Duration timeout, CompletableFuture<Acknowledge> answer) {}

  private record Submission(
      TaskDeploymentDescriptor task, Duration timeout, CompletableFuture<Acknowledge> answer) {}

  private record Release(
      AllocationID allocationId,
      String reason,
      Duration timeout,
      CompletableFuture<Acknowledge> answer) {}

  private final TaskExecutorGateway taskExecutor;
  private final JobMasterId jobMasterId;
  private final Executor mainThread;
  private final Runnable drainingListener;
  private List<Submission> submissions = new ArrayList<>();
  private List<Cancellation> cancellations = new ArrayList<>();
  private List<Release> releases = new ArrayList<>();
  private boolean flushPosted;

  /**
   * A gateway for one session.
   *
   * @param drainingListener told when the TaskExecutor refuses a task because it is being drained,
   *     before the task's answer
   */
  public RpcTaskManagerGateway(
      TaskExecutorGateway taskExecutor,
      JobMasterId jobMasterId,
      Executor mainThread,
      Runnable drainingListener) {
    this.taskExecutor = taskExecutor;
    this.jobMasterId = jobMasterId;
    this.mainThread = mainThread;
    this.drainingListener = drainingListener;
  }

  @Override
  public String getAddress() {
    return taskExecutor.getAddress();
  }

  @Override
  public CompletableFuture<Acknowledge> submitTask(
      TaskDeploymentDescriptor task, Duration timeout) {
    flushCancellations();
    flushReleases();
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

  /** Sends what is collected; for calls that are not, and come behind it. */
  TaskExecutorGateway flushed() {
    flush();
    return taskExecutor;
  }

  /** Of one kind at most there is something at any time. */
  private void flush() {
    flushSubmissions();
    flushCancellations();
    flushReleases();
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
            (acknowledge, failure) -> answer(batch, Cancellation::answer, failure), mainThread);
  }

  private void flushReleases() {
    if (releases.isEmpty()) {
      return;
    }
    List<Release> batch = releases;
    releases = new ArrayList<>();
    taskExecutor
        .freeSlots(
            batch.stream().map(Release::allocationId).toList(),
            jobMasterId,
            batch.get(0).reason(),
            batch.get(0).timeout())
        .whenCompleteAsync(
            (acknowledge, failure) -> answer(batch, Release::answer, failure), mainThread);
  }

  private static <T> void answer(
      List<T> batch,
      Function<T, CompletableFuture<Acknowledge>> answerOf,
      @Nullable Throwable failure) {
    for (T each : batch) {
      if (failure == null) {
        answerOf.apply(each).complete(Acknowledge.INSTANCE);
      } else {
        answerOf.apply(each).completeExceptionally(failure);
      }
    }
  }

  private void answer(
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
    if (results.stream().anyMatch(RpcTaskManagerGateway::isRefusedAsDraining)) {
      drainingListener.run();
    }
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

  private static boolean isRefusedAsDraining(TaskSubmissionResult result) {
    return result.refusal() != null && FailureKinds.isRefusedAsDraining(result.refusal());
  }

  @Override
  public CompletableFuture<Acknowledge> cancelTask(ExecutionAttemptID attemptId, Duration timeout) {
    flushSubmissions();
    flushReleases();
    Cancellation cancellation = new Cancellation(attemptId, timeout, new CompletableFuture<>());
    cancellations.add(cancellation);
    postFlush();
    return cancellation.answer();
  }

  @Override
  public CompletableFuture<Acknowledge> freeSlot(
      AllocationID allocationId, String reason, Duration timeout) {
    flushSubmissions();
    flushCancellations();
    if (!releases.isEmpty() && !releases.get(0).reason().equals(reason)) {
      flushReleases(); // a message has one reason
    }
    Release release = new Release(allocationId, reason, timeout, new CompletableFuture<>());
    releases.add(release);
    postFlush();
    return release.answer();
  }
}
