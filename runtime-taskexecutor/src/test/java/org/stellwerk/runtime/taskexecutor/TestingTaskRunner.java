package org.stellwerk.runtime.taskexecutor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;

/**
 * Runs nothing: the test says what each task does. A task ends when it is cancelled, unless told.
 */
final class TestingTaskRunner implements TaskRunner {

  static final int DATA_PORT = 7777;

  final Map<ExecutionAttemptID, TestingTask> tasks = new LinkedHashMap<>();
  final List<ExecutionAttemptID> starts = new ArrayList<>();
  final List<JobID> releasedJobs = new ArrayList<>();
  final List<ExecutionAttemptID> releasedPartitions = new ArrayList<>();
  boolean tasksIgnoreCancellation;
  @Nullable Throwable failNextStart;
  boolean closed;

  @Override
  public int dataPort() {
    return DATA_PORT;
  }

  @Override
  public long freeHeap() {
    return 42;
  }

  @Override
  public TaskHandle start(TaskDeploymentDescriptor descriptor, TaskEvents events) {
    Throwable failure = failNextStart;
    failNextStart = null;
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    starts.add(descriptor.attemptId());
    TestingTask task = new TestingTask(events, tasksIgnoreCancellation);
    tasks.put(descriptor.attemptId(), task);
    return task;
  }

  @Override
  public void releasePartitions(Collection<ExecutionAttemptID> producers) {
    releasedPartitions.addAll(producers);
  }

  @Override
  public void releaseJob(JobID jobId) {
    releasedJobs.add(jobId);
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    closed = true;
    return CompletableFuture.completedFuture(null);
  }

  TestingTask task(ExecutionAttemptID attempt) {
    TestingTask task = tasks.get(attempt);
    if (task == null) {
      throw new AssertionError("Attempt " + attempt + " was not started; there is " + starts);
    }
    return task;
  }

  /** One task; its events are for the test to send. */
  static final class TestingTask implements TaskHandle {
    final TaskEvents events;
    final boolean ignoresCancellation;
    int cancellations;
    int interruptions;
    int stackTraceReads;
    boolean ended;

    TestingTask(TaskEvents events, boolean ignoresCancellation) {
      this.events = events;
      this.ignoresCancellation = ignoresCancellation;
    }

    void run() {
      events.onInitializing();
      events.onRunning();
    }

    void finish() {
      ended = true;
      events.onFinished(metrics());
    }

    void failWith(Throwable cause) {
      ended = true;
      events.onFailed(cause, metrics());
    }

    @Override
    public void cancel() {
      cancellations++;
      if (!ignoresCancellation && !ended) {
        ended = true;
        events.onCanceled(metrics());
      }
    }

    @Override
    public void interrupt() {
      interruptions++;
    }

    @Override
    public String stackTrace() {
      stackTraceReads++;
      return "at user.Code.loop(Code.java:1)";
    }

    @Override
    public IOMetrics metrics() {
      return new IOMetrics(1, 2, 3, 4);
    }
  }
}
