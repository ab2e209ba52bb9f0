package org.stellwerk.runtime.scheduler.adaptive;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.messages.JobStatus;

/** All tasks are being ended, because somebody wants that; what fails meanwhile does not matter. */
final class Canceling implements State {

  private final StateContext context;
  private final @Nullable ExecutionGraph graph;

  /**
   * The state of a job to be cancelled.
   *
   * @param graph its tasks; null if it has never had any
   */
  Canceling(StateContext context, @Nullable ExecutionGraph graph) {
    this.context = context;
    this.graph = graph;
  }

  @Override
  public AdaptiveState kind() {
    return AdaptiveState.CANCELING;
  }

  @Override
  public void onEnter() {
    if (graph != null) {
      graph.cancelAll();
    }
  }

  @Override
  public void onNothingRuns() {
    context.goToFinished(JobStatus.CANCELED, "all tasks ended");
  }
}
