package org.stellwerk.runtime.cluster;

import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorConfig;
import org.stellwerk.runtime.taskexecutor.TaskRunner;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * A process with one TaskExecutor. Closing says goodbye to the leader, ends the tasks and closes
 * the task runner.
 */
public final class TaskManagerProcess implements AutoCloseableAsync {

  private final TaskExecutor taskExecutor;

  private TaskManagerProcess(TaskExecutor taskExecutor) {
    this.taskExecutor = taskExecutor;
  }

  /**
   * Makes and starts a process; it looks for the leader from now on.
   *
   * @param services closed by the caller, after the process
   * @param taskRunner started; closed with the process
   */
  public static TaskManagerProcess start(
      TaskExecutorConfig config, ProcessServices services, TaskRunner taskRunner) {
    TaskExecutor taskExecutor =
        new TaskExecutor(
            services.rpc(),
            config,
            services.highAvailability().newLeaderRetrieval(),
            taskRunner,
            services.runtime());
    taskExecutor.start();
    return new TaskManagerProcess(taskExecutor);
  }

  /** Completes when the TaskExecutor has ended, for whatever reason. */
  public CompletableFuture<Void> getTerminationFuture() {
    return taskExecutor.getTerminationFuture();
  }

  /**
   * The process is about to end because of a fault: tells the cluster why. From any thread.
   *
   * @return done when that has been heard, or cannot be; the caller bounds its wait
   */
  public CompletableFuture<Void> announceEnd(String fault) {
    return taskExecutor.announceEnd(fault);
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    return taskExecutor.closeAsync();
  }
}
