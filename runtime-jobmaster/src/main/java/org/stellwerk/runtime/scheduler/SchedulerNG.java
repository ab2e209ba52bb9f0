package org.stellwerk.runtime.scheduler;

import java.util.List;
import org.stellwerk.runtime.executiongraph.DeploymentTracker;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.executiongraph.TaskManagerLostException;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobmaster.slotpool.TaskManagerGateway;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat.ExecutionStatus;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.messages.exceptions.JobModificationException;
import org.stellwerk.runtime.options.JobManagerOptions;

/**
 * Runs one job on behalf of its JobMaster: asks the slot pool for slots, deploys tasks, decides
 * what failures lead to, and brings the job to its end. Called in the JobMaster's main thread;
 * everything it has to say goes to its {@link JobStatusListener}. Its state is soft.
 */
public interface SchedulerNG {

  /**
   * Begins, or goes on with a job that ran under an earlier leader: then it is RECONCILING until
   * its tasks are accounted for. Called once.
   */
  void startScheduling();

  /**
   * A TaskExecutor has registered and tells what it has of the job.
   *
   * @return what the job goes on with
   */
  Adoption adopt(TaskManagerLocation location, TaskManagerGateway gateway, JobReport report);

  /** There is no TaskExecutor at the address any more, so that none there will tell what it has. */
  void onTaskManagerAbsent(String address);

  /** What a later leader would have to know of the job and could not learn from TaskExecutors. */
  JobProgress progress();

  /**
   * What a TaskExecutor reports of an attempt.
   *
   * @return false if the attempt is not a current one of this job
   */
  boolean updateTaskExecutionState(TaskExecutionState update);

  /** Begins to cancel the job; nothing if it is over, or being cancelled already. */
  void cancel();

  /** Ends the job for this leader session only; its tasks are told by other means. */
  void suspend(String reason);

  /** A TaskExecutor is lost: so are its slots, and the attempts in them fail, as one incident. */
  void onTaskManagerLost(ResourceID taskManagerId, TaskManagerLostException cause);

  /**
   * The TaskExecutors that are to be left, all of them: their tasks are to be started elsewhere as
   * soon as there are slots for that.
   */
  void onDraining(List<ResourceID> taskManagerIds);

  /** There may be free slots that were not there before. */
  void onSlotsOffered();

  /**
   * The bounds between which the scheduler chooses the parallelism.
   *
   * @throws JobModificationException if it does not choose
   */
  default JobResourceRequirements requestResourceRequirements() throws JobModificationException {
    throw parallelismIsFixed();
  }

  /**
   * Changes these; they fit the job.
   *
   * @throws JobModificationException if it does not choose
   */
  default void updateResourceRequirements(JobResourceRequirements requirements)
      throws JobModificationException {
    throw parallelismIsFixed();
  }

  private static JobModificationException parallelismIsFixed() {
    return new JobModificationException(
        "The parallelism of the job is fixed: it does not run with "
            + JobManagerOptions.SCHEDULER.key()
            + ": adaptive");
  }

  /** Compares what is deployed with a TaskExecutor's report; takes over its progress. */
  DeploymentTracker.Reconciliation reconcile(
      ResourceID taskManagerId, List<ExecutionStatus> report);

  /** How many attempts are deployed on the TaskExecutor. */
  int deployedOn(ResourceID taskManagerId);

  /** Whether the TaskExecutor has results that later tasks may read. */
  boolean hasResultsOn(ResourceID taskManagerId);

  /** The job's status. */
  JobStatus getJobStatus();

  /** The job as it is now. */
  ArchivedExecutionGraph requestJob();

  /** How many tasks the job would have if it began now, in the slots that it has; for checks. */
  int possibleTasks();

  /** The current attempt of every subtask, producers before consumers. */
  List<ExecutionSnapshot> snapshot();

  /**
   * Checks what must hold between any two calls.
   *
   * @throws IllegalStateException naming what does not
   */
  void checkInvariants();
}
