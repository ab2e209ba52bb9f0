package org.stellwerk.runtime.scheduler.adaptive;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.scheduler.ExceptionHistory;
import org.stellwerk.runtime.scheduler.JobFailure;
import org.stellwerk.runtime.scheduler.JobFailures;

/** What the states of an adaptive job know of it, and may do with it. */
interface StateContext {

  /** The times and thresholds that are configured. */
  AdaptiveSettings settings();

  /** How many slots the job has, those apart that it is to leave. */
  int slots();

  /** Whether tasks run where they are not to stay. */
  boolean isToMove();

  /** Whether more slots are a reason to start the job again. */
  boolean mayGrow();

  /** Tasks did not end when the job was to be rescaled. */
  void onTasksGivenUp();

  /** Chooses the parallelism of a job with its present requirements. */
  ParallelismChoice choice();

  /** What has failed, and what that made of the job. */
  JobFailures failures();

  /**
   * Next it starts again, or fails, because of these failures, which are one incident.
   *
   * @param parallelism of the tasks
   */
  void restartOrFail(List<JobFailure> known, VertexParallelism parallelism);

  /** Deploys all tasks of the graph; there must be slots for all of them. */
  void deploy(ExecutionGraph graph);

  /** Acts later, unless the state is not the current one any more. */
  ScheduledFuture<?> runLater(State owner, Duration delay, Runnable action);

  /**
   * Next it waits until the job has slots.
   *
   * @param wanted with fewer it waits for some time whether more come
   */
  void goToWaitingForResources(int wanted);

  /** Next it runs, with that parallelism, in slots that are there. */
  void goToExecuting(VertexParallelism parallelism);

  /** Next it runs, with the tasks that an earlier leader deployed. */
  void goToExecuting(ExecutionGraph adopted, VertexParallelism parallelism);

  /**
   * Next it ends all tasks, and begins anew after the delay.
   *
   * @param incident the cause; null if nothing has failed
   * @param wanted how many slots it waits for then
   */
  void goToRestarting(
      ExceptionHistory.@Nullable Incident incident, Duration delay, int wanted, String why);

  /** Next it ends all tasks because somebody wants that. */
  void goToCanceling();

  /** Next it ends all tasks because of the incident. */
  void goToFailing(JobFailures.Incident incident, String why);

  /** It is over. */
  void goToFinished(JobStatus status, String why);
}
