package org.stellwerk.runtime.scheduler.adaptive;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.scheduler.ExceptionHistory;
import org.stellwerk.runtime.scheduler.JobFailure;

/**
 * All tasks are being ended, to be started again: when all of them have ended and the delay is
 * over, the job waits for slots anew. What fails meanwhile belongs to what is the cause; if there
 * is none, as the job is only rescaled, it is an incident of its own, and does not delay.
 */
final class Restarting implements State {

  private final StateContext context;
  private final ExecutionGraph graph;
  private final Duration delay;
  private final int wanted;
  private ExceptionHistory.@Nullable Incident incident;
  private boolean delayOver;
  private boolean tasksEnded;

  Restarting(
      StateContext context,
      ExecutionGraph graph,
      ExceptionHistory.@Nullable Incident incident,
      Duration delay,
      int wanted) {
    this.context = context;
    this.graph = graph;
    this.incident = incident;
    this.delay = delay;
    this.wanted = wanted;
  }

  @Override
  public AdaptiveState kind() {
    return AdaptiveState.RESTARTING;
  }

  @Override
  public void onEnter() {
    if (delay.isZero()) {
      delayOver = true;
    } else {
      context.runLater(this, delay, this::onDelayOver);
    }
    graph.cancelAll();
  }

  private void onDelayOver() {
    delayOver = true;
    goOnIfReady();
  }

  @Override
  public void onFailures(List<JobFailure> failures) {
    ExceptionHistory.Incident known = incident;
    if (known == null) {
      incident = context.failures().begin(failures).entry();
      context.onTasksGivenUp();
    } else {
      failures.forEach(failure -> context.failures().addTo(known, failure));
    }
  }

  @Override
  public void onNothingRuns() {
    tasksEnded = true;
    goOnIfReady();
  }

  private void goOnIfReady() {
    if (tasksEnded && delayOver) {
      context.goToWaitingForResources(Math.min(wanted, context.choice().mostSlots()));
    }
  }

  @Override
  public void cancel() {
    context.goToCanceling();
  }
}
