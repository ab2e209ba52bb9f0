package org.stellwerk.simulation.schedule;

import java.time.Duration;
import org.stellwerk.simulation.SimTaskPlan.End;
import org.stellwerk.simulation.SimTaskPlan.Reaction;

/**
 * What the subtasks of a job do: all the same, but for what {@link Order.Sharing} says.
 *
 * @param end how they end by themselves
 * @param run after which time
 * @param ignoresCancel how long they go on after a cancellation
 * @param whenCancelled how they end then
 * @param setUp how long they take to begin
 */
public record JobTasks(
    End end,
    Duration run,
    Duration ignoresCancel,
    @OrElse("stops") Reaction whenCancelled,
    @OrElse("0s") Duration setUp) {

  /** Subtasks that finish after the time. */
  public static JobTasks finishing(Duration run) {
    return new JobTasks(End.FINISHES, run, Duration.ZERO, Reaction.STOPS, Duration.ZERO);
  }
}
