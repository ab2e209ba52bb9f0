package org.stellwerk.runtime.scheduler.adaptive;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.scheduler.ExceptionHistory;
import org.stellwerk.runtime.scheduler.JobFailure;

/** All tasks are being ended, because the job fails; what fails meanwhile belongs to the cause. */
final class Failing implements State {

  private final StateContext context;
  private final @Nullable ExecutionGraph graph;
  private final ExceptionHistory.Incident incident;

  /**
   * The state of a job that fails.
   *
   * @param graph its tasks; null if it has never had any
   */
  Failing(
      StateContext context, @Nullable ExecutionGraph graph, ExceptionHistory.Incident incident) {
    this.context = context;
    this.graph = graph;
    this.incident = incident;
  }

  @Override
  public AdaptiveState kind() {
    return AdaptiveState.FAILING;
  }

  @Override
  public void onEnter() {
    if (graph != null) {
      graph.cancelAll();
    }
  }

  @Override
  public void onFailures(List<JobFailure> failures) {
    failures.forEach(failure -> context.failures().addTo(incident, failure));
  }

  @Override
  public void onNothingRuns() {
    context.goToFinished(JobStatus.FAILED, context.failures().describeRootCause());
  }

  @Override
  public void cancel() {
    context.goToCanceling();
  }
}
