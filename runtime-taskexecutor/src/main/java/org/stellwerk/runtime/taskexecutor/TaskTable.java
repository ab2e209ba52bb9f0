package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;

/**
 * The tasks of one TaskExecutor that have not ended, in the order of their beginning. Component of
 * the TaskExecutor, in its main thread; soft state.
 */
final class TaskTable {

  private static final Logger LOG = LoggerFactory.getLogger(TaskTable.class);

  private final TaskRunner runner;
  private final CancellationWatch cancellations;
  private final ComponentMainThreadExecutor mainThread;
  private final TransitionObserver transitions;
  private final Task.Listener listener;
  private final Map<ExecutionAttemptID, Task> tasks = new LinkedHashMap<>();
  private final Map<Subtask, Task> bySubtask = new LinkedHashMap<>();
  private final CompletableFuture<Void> lastEnd = new CompletableFuture<>();
  private boolean ending;

  /**
   * No tasks.
   *
   * @param listener called after the table has changed: a task that has ended is not in it then
   */
  TaskTable(
      TaskRunner runner,
      CancellationWatch cancellations,
      ComponentMainThreadExecutor mainThread,
      TransitionObserver transitions,
      Task.Listener listener) {
    this.runner = runner;
    this.cancellations = cancellations;
    this.mainThread = mainThread;
    this.transitions = transitions;
    this.listener = listener;
  }

  /** Begins to run an attempt that was never in the table; no other of its subtask may run. */
  void start(TaskDeploymentDescriptor descriptor) {
    Task task = new Task(descriptor, runner, mainThread, cancellations, new TaskListener());
    tasks.put(task.attemptId(), task);
    bySubtask.put(Subtask.of(task.jobId(), task.attemptId()), task);
    task.start();
  }

  /**
   * Cancels all tasks; none may be started afterwards.
   *
   * @return done when the last one has ended, or the time is over
   */
  CompletableFuture<Void> endAll(String reason, Duration atMost) {
    ending = true;
    all().forEach(task -> task.cancel(reason));
    if (tasks.isEmpty()) {
      lastEnd.complete(null);
    }
    mainThread.schedule(() -> leaveBehind(atMost), atMost.toNanos(), TimeUnit.NANOSECONDS);
    return lastEnd;
  }

  private void leaveBehind(Duration waited) {
    if (lastEnd.complete(null)) {
      LOG.warn(
          "{} tasks did not end within {} ms and are left behind: {}",
          tasks.size(),
          waited.toMillis(),
          List.copyOf(tasks.keySet()));
    }
  }

  /** The attempt's task, unless it has ended or was never here. */
  @Nullable Task get(ExecutionAttemptID attemptId) {
    return tasks.get(attemptId);
  }

  /**
   * Makes sure that no two attempts of a subtask run here, but for those that are given up. One
   * that its JobMaster gave up without being heard is cancelled for the later one.
   *
   * @throws TaskSubmissionException if another attempt has not ended
   */
  void checkNoOther(JobID jobId, ExecutionAttemptID attemptId) throws TaskSubmissionException {
    Task running = bySubtask.get(Subtask.of(jobId, attemptId));
    if (running == null || running.attemptId().equals(attemptId)) {
      return;
    }
    boolean isLater = attemptId.attemptNumber() >= running.attemptId().attemptNumber();
    if (isLater) {
      running.cancel("attempt " + attemptId.attemptNumber() + " is to take its place");
    }
    throw new TaskSubmissionException(
        "Attempt "
            + attemptId
            + " is refused: attempt "
            + running.attemptId().attemptNumber()
            + " of its subtask still runs here"
            + (isLater ? "; it is being cancelled" : ""));
  }

  List<Task> all() {
    return new ArrayList<>(tasks.values());
  }

  /** Throws if a task has ended, or has no slot; for tests and the simulator. */
  void checkInvariants(TaskSlotTable slots) {
    for (Task task : tasks.values()) {
      if (task.state().isTerminal()) {
        throw new IllegalStateException("Task " + task.attemptId() + " has ended but is kept");
      }
      if (slots.isGone(task.jobId())) {
        throw new IllegalStateException("Task " + task.attemptId() + " has no slot");
      }
    }
  }

  /** The attempts of the job that its JobMaster waits for, for a heartbeat. */
  List<TaskExecutorHeartbeat.ExecutionStatus> executionsOf(JobID jobId) {
    return tasks.values().stream()
        .filter(task -> task.jobId().equals(jobId) && !task.isGivenUp())
        .map(Task::status)
        .toList();
  }

  private final class TaskListener implements Task.Listener {
    @Override
    public void onTransition(Task task, ExecutionState from) {
      transitions.onTransition(TransitionObserver.TASK, task.attemptId(), from, task.state());
      if (task.state().isTerminal()) {
        tasks.remove(task.attemptId());
        bySubtask.remove(Subtask.of(task.jobId(), task.attemptId()), task);
      }
      listener.onTransition(task, from);
      if (ending && tasks.isEmpty()) {
        lastEnd.complete(null);
      }
    }

    @Override
    public void onGivenUp(Task task) {
      bySubtask.remove(Subtask.of(task.jobId(), task.attemptId()), task);
      listener.onGivenUp(task);
    }
  }
}
