package org.stellwerk.runtime.messages;

import java.util.List;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;

/**
 * Everything a TaskExecutor needs to run one attempt of a subtask.
 *
 * @param producers one entry per distinct producing vertex of the task's inputs
 */
public record TaskDeploymentDescriptor(
    JobInformation jobInformation,
    TaskInformation taskInformation,
    List<ProducerLocations> producers,
    ExecutionAttemptID attemptId,
    AllocationID allocationId) {

  public TaskDeploymentDescriptor {
    producers = List.copyOf(producers);
  }

  /** The job. */
  public JobID jobId() {
    return jobInformation.jobId();
  }

  /** "name (2/4)": for people. */
  public String taskNameWithSubtask() {
    return taskInformation.vertex().name()
        + " ("
        + (attemptId.subtaskIndex() + 1)
        + "/"
        + taskInformation.vertex().parallelism()
        + ")";
  }
}
