package org.stellwerk.runtime.scheduler;

import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.jobmaster.slotpool.LogicalSlot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolGateway;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskExecutionState;

/**
 * Takes what TaskExecutors report of a job's attempts. Component of a scheduler, in the JobMaster's
 * main thread; stateless.
 */
public final class TaskReports {

  private static final Logger LOG = LoggerFactory.getLogger(TaskReports.class);

  private final SlotPoolGateway slotPool;
  private final JobFailures failures;
  private final Reactions reactions;

  /** For one job. */
  public TaskReports(SlotPoolGateway slotPool, JobFailures failures, Reactions reactions) {
    this.slotPool = slotPool;
    this.failures = failures;
    this.reactions = reactions;
  }

  /**
   * Takes a report.
   *
   * @param taker what follows from a report of a task that has not to be given up
   * @return false if the attempt is not a current one of the graph
   */
  public boolean update(
      ExecutionGraph graph, TaskExecutionState report, Consumer<Execution> taker) {
    Optional<Execution> execution = graph.findExecution(report.attemptId());
    LogicalSlot slot = execution.map(Execution::getSlot).orElse(null);
    if (execution.isPresent() && slot != null && report.slotLost()) {
      giveUp(execution.get(), slot, report);
    } else {
      execution.ifPresent(taker);
    }
    return execution.isPresent();
  }

  /** A task does not end. It is not waited for, and what else runs in its slot fails with it. */
  private void giveUp(Execution execution, LogicalSlot slot, TaskExecutionState report) {
    SerializedThrowable failure = report.failure();
    if (failure == null) {
      return; // there is none without a reason
    }
    LOG.warn("Job {}: {}", report.jobId(), failure.describe());
    if (execution.getState() == ExecutionState.CANCELING) {
      failures.add(JobFailure.of(execution, failure));
    }
    reactions.reactTo(
        () ->
            slotPool.failAllocation(
                slot.getTaskManagerLocation().resourceId(),
                slot.getAllocationId(),
                failure.toException()));
  }
}
