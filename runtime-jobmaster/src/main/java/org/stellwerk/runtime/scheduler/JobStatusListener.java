package org.stellwerk.runtime.scheduler;

import java.util.List;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.JobStatus;

/**
 * Hears of every transition of a job, after it happened, and what others are to be told of its
 * results; in the JobMaster's main thread.
 */
@FunctionalInterface
public interface JobStatusListener {

  /** The job is in its new state. */
  void jobStatusChanged(JobStatus newStatus);

  /** A later leader would have to know what {@link SchedulerNG#progress} says now. */
  default void progressChanged() {}

  /** What these attempts have left on a TaskExecutor is of no use any more. */
  default void resultsUseless(ResourceID taskManagerId, List<ExecutionAttemptID> producers) {}
}
