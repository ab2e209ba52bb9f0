package org.stellwerk.runtime.taskexecutor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.JobReport.HeldExecution;
import org.stellwerk.runtime.messages.TaskExecutionState;

/** What a TaskExecutor has of a job, for the job's next master. */
final class JobReports {

  private JobReports() {}

  /**
   * The report: the job's slots, the tasks in them, the results that are kept, and ends.
   *
   * @param ended the ends that the former master may not have heard of
   */
  static JobReport of(JobID jobId, ServedJobs jobs, List<TaskExecutionState> ended) {
    Map<ExecutionAttemptID, HeldExecution> executions = new LinkedHashMap<>();
    for (Task task : jobs.tasks().all()) {
      if (task.jobId().equals(jobId) && !task.isGivenUp()) {
        jobs.slots()
            .heldAllocationOf(task.attemptId())
            .ifPresent(
                allocation ->
                    executions.put(
                        task.attemptId(),
                        new HeldExecution(
                            task.attemptId(), task.state(), task.status().metrics(), allocation)));
      }
    }
    for (ExecutionAttemptID producer : jobs.partitions().of(jobId)) {
      executions.put(
          producer, new HeldExecution(producer, ExecutionState.FINISHED, IOMetrics.ZERO, null));
    }
    for (TaskExecutionState end : ended) {
      executions.put(
          end.attemptId(), new HeldExecution(end.attemptId(), end.state(), end.metrics(), null));
    }
    return new JobReport(jobs.slots().activeOffers(jobId), new ArrayList<>(executions.values()));
  }
}
