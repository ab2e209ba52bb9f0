package org.stellwerk.runtime.messages;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;

/**
 * What a TaskExecutor has of one job when it registers at the job's master: nothing, unless the job
 * had another master before.
 *
 * @param slots those that the former master had accepted, or that tasks run in
 * @param executions the attempts that run in them, and those that have ended and are of interest
 *     still: their end may not be known, or they have left results
 */
public record JobReport(List<SlotOffer> slots, List<HeldExecution> executions) {

  /** Nothing. */
  public static final JobReport EMPTY = new JobReport(List.of(), List.of());

  public JobReport {
    slots = List.copyOf(slots);
    executions = List.copyOf(executions);
  }

  /**
   * One attempt.
   *
   * @param allocationId the slot that it runs in; null once it has ended
   */
  public record HeldExecution(
      ExecutionAttemptID attemptId,
      ExecutionState state,
      IOMetrics metrics,
      @Nullable AllocationID allocationId) {}
}
