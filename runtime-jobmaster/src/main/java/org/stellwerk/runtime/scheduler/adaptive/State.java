package org.stellwerk.runtime.scheduler.adaptive;

import java.util.List;
import org.stellwerk.runtime.jobmaster.slotpool.TaskManagerGateway;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.scheduler.Adoption;
import org.stellwerk.runtime.scheduler.JobFailure;

/**
 * What an adaptive job does at present, and how it takes what happens meanwhile. A state acts on
 * its {@link StateContext} only; it is entered once, and hears of nothing before and after.
 */
sealed interface State
    permits Created,
        Reconciling,
        WaitingForResources,
        Executing,
        Restarting,
        Canceling,
        Failing,
        Finished {

  /** Which of the states it is. */
  AdaptiveState kind();

  /** It is the current state from now on. */
  default void onEnter() {}

  /** Something has failed. */
  default void onFailures(List<JobFailure> failures) {}

  /** No task runs, or none any more. Told after each thing that has happened. */
  default void onNothingRuns() {}

  /** The job has more slots, or fewer. */
  default void onSlotsChanged() {}

  /** The bounds of the vertices' parallelism have changed. */
  default void onRequirementsChanged() {}

  /** A TaskExecutor reports what it has of the job; returns what the job goes on with. */
  default Adoption adopt(
      TaskManagerLocation location, TaskManagerGateway gateway, JobReport report) {
    return Adoption.NONE;
  }

  /** There is no TaskExecutor at the address any more. */
  default void onTaskManagerAbsent(String address) {}

  /** Throws if what always holds does not; for tests and the simulator. */
  default void checkInvariants(boolean nothingRuns) {}

  /** Somebody wants the job to end. */
  default void cancel() {}
}
