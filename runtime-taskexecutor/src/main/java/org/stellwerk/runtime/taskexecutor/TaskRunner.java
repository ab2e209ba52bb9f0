package org.stellwerk.runtime.taskexecutor;

import java.util.Collection;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * Runs user code: threads, class loading and channels lie below it, every decision above it. The
 * seam of the TaskExecutor: in its JVM today, in a forked JVM per job later, and a fake in the
 * simulator. All methods are called from the TaskExecutor's main thread and return at once.
 *
 * <p>Closing ends what still runs, as far as it can be ended, and frees the data port.
 */
public interface TaskRunner extends AutoCloseableAsync {

  /** The port of the data exchange; known before the first task. */
  int dataPort();

  /** How many bytes of heap are free for tasks; reported to people, nothing is decided by it. */
  long freeHeap();

  /**
   * Begins to run an attempt. What it writes on blocking edges stays readable after it has
   * finished, until it is released. One that cannot read such a result fails with a {@link
   * PartitionNotFoundException} that names the producer. Never throws for what the descriptor
   * holds: a class that is not there, a jar that cannot be fetched and the like end in {@link
   * TaskEvents#onFailed}.
   *
   * @param events told about this attempt, from any thread
   */
  TaskHandle start(TaskDeploymentDescriptor descriptor, TaskEvents events);

  /**
   * The results that these attempts have left for consumers on blocking edges are not needed any
   * more. What they have not left is ignored.
   */
  void releasePartitions(Collection<ExecutionAttemptID> producers);

  /**
   * The last task, slot and result of the job are gone: its class loader, files and buffers may go.
   * Harmless for a job that was never seen. The same job may come back later.
   */
  void releaseJob(JobID jobId);
}
