package org.stellwerk.runtime.jobmaster;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.executiongraph.DeploymentTracker;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.TaskFailedException;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPool;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.scheduler.Adoption;
import org.stellwerk.runtime.scheduler.SchedulerNG;

/**
 * Brings what a JobMaster believes of its TaskExecutors in line with what these report: what one
 * side lacks has failed, what the other has too many of is ended there. Component of the JobMaster,
 * in its main thread.
 */
final class TaskManagerReports {

  private static final Logger LOG = LoggerFactory.getLogger(TaskManagerReports.class);

  /** Hears of slots that are not there. */
  interface LostSlots {
    void failSlot(ResourceID taskManagerId, AllocationID allocationId, String reason);
  }

  private final SchedulerNG scheduler;
  private final SlotPool slotPool;
  private final JobMasterId jobMasterId;
  private final Duration rpcTimeout;
  private final LostSlots lostSlots;

  TaskManagerReports(
      SchedulerNG scheduler,
      SlotPool slotPool,
      JobMasterId jobMasterId,
      Duration rpcTimeout,
      LostSlots lostSlots) {
    this.scheduler = scheduler;
    this.slotPool = slotPool;
    this.jobMasterId = jobMasterId;
    this.rpcTimeout = rpcTimeout;
    this.lostSlots = lostSlots;
  }

  /** Takes a report. */
  void reconcile(TaskManagerConnection connection, TaskExecutorHeartbeat.ToJobMaster report) {
    DeploymentTracker.Reconciliation difference =
        scheduler.reconcile(connection.id(), report.executions());
    for (Execution missing : difference.missing()) {
      missing.fail(
          new TaskFailedException(
              "TaskManager " + connection.id() + " does not run the task any more"));
    }
    difference.notCancelled().forEach(Execution::cancelAgain);
    difference.unanswered().forEach(Execution::sendAgain);
    List<ExecutionAttemptID> unknown = difference.unknown();
    if (!unknown.isEmpty()) {
      LOG.info("Cancelling on TaskManager {}, as unknown: {}", connection.id(), unknown);
      connection.flushed().cancelTasks(unknown, jobMasterId, rpcTimeout);
    }
    reconcileSlots(connection, report);
  }

  /**
   * What the job goes on with of that which a TaskExecutor has that is registered, and registers
   * again: nothing has changed here. What it lacks its next reports show.
   */
  Adoption resume(ResourceID taskManagerId, JobReport report) {
    Map<ExecutionAttemptID, ExecutionState> current = new LinkedHashMap<>();
    scheduler.snapshot().forEach(attempt -> current.put(attempt.attemptId(), attempt.state()));
    List<AllocationID> held = slotPool.allocationsOf(taskManagerId);
    Adoption kept =
        new Adoption(
            report.slots().stream().map(SlotOffer::allocationId).filter(held::contains).toList(),
            report.executions().stream()
                .filter(execution -> goesOn(execution, current.get(execution.attemptId())))
                .map(JobReport.HeldExecution::attemptId)
                .toList());
    LOG.info(
        "TaskManager {} has registered again, and keeps {} of {} tasks and {} of {} slots.",
        taskManagerId,
        kept.attempts().size(),
        report.executions().size(),
        kept.slots().size(),
        report.slots().size());
    return kept;
  }

  /** An attempt of which the end is known here is not to run there. */
  private static boolean goesOn(JobReport.HeldExecution reported, @Nullable ExecutionState known) {
    return known != null && (!known.isTerminal() || reported.state().isTerminal());
  }

  private void reconcileSlots(
      TaskManagerConnection connection, TaskExecutorHeartbeat.ToJobMaster report) {
    SlotReconciler.Difference difference =
        connection.slotReconciler().compare(slotPool.allocationsOf(connection.id()), report);
    List<AllocationID> unwanted = difference.unwanted();
    if (!unwanted.isEmpty()) {
      LOG.info("Freeing {} slots of TaskManager {} again.", unwanted.size(), connection.id());
      connection
          .flushed()
          .freeSlots(unwanted, jobMasterId, "the job does not have the slot", rpcTimeout);
    }
    for (AllocationID missing : difference.missing()) {
      lostSlots.failSlot(connection.id(), missing, "the TaskManager does not have it any more");
    }
  }
}
