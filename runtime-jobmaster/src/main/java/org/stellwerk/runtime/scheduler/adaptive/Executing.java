package org.stellwerk.runtime.scheduler.adaptive;

import java.time.Duration;
import java.util.List;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.scheduler.JobFailure;

/**
 * The tasks run. A failure starts all of them again, with the slots that are left, or fails the
 * job. When {@link Rescaling} finds that another parallelism is due, all tasks are started again,
 * too: nothing of their state is kept. So a job of which a task has finished is left as it is.
 */
final class Executing implements State {

  private final StateContext context;
  private final ExecutionGraph graph;
  private final VertexParallelism parallelism;
  private final Rescaling rescaling;
  private final boolean isDeployed;

  /**
   * The tasks of the graph are to run.
   *
   * @param isDeployed whether they do already
   */
  Executing(
      StateContext context,
      ExecutionGraph graph,
      VertexParallelism parallelism,
      boolean isDeployed) {
    this.isDeployed = isDeployed;
    this.context = context;
    this.graph = graph;
    this.parallelism = parallelism;
    this.rescaling = new Rescaling(context, this, parallelism);
  }

  @Override
  public AdaptiveState kind() {
    return AdaptiveState.EXECUTING;
  }

  @Override
  public void onEnter() {
    rescaling.start();
    if (!isDeployed) {
      context.deploy(graph);
    }
  }

  @Override
  public void onFailures(List<JobFailure> failures) {
    context.restartOrFail(failures, parallelism);
  }

  @Override
  public void onNothingRuns() {
    context.goToFinished(JobStatus.FINISHED, "all tasks finished");
  }

  @Override
  public void onSlotsChanged() {
    rescaling.onSlotsChanged();
  }

  @Override
  public void onRequirementsChanged() {
    rescaling.onRequirementsChanged();
  }

  /** Starts all tasks again with another parallelism, if that repeats nothing that is done. */
  void rescale(VertexParallelism next) {
    if (graph.countTasks(ExecutionState.FINISHED) == 0) {
      context.goToRestarting(
          null,
          Duration.ZERO,
          next.slots(),
          "rescaling from " + parallelism.describe() + " to " + next.describe());
    }
  }

  @Override
  public void checkInvariants(boolean nothingRuns) {
    if (graph.countTasks(ExecutionState.CREATED) + graph.countTasks(ExecutionState.SCHEDULED) > 0) {
      throw new IllegalStateException(
          "Job " + graph.getJobId() + " was deployed beyond its slots: " + graph.describeTasks());
    }
  }

  @Override
  public void cancel() {
    context.goToCanceling();
  }
}
