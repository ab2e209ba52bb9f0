package org.stellwerk.runtime.scheduler.adaptive;

import java.util.List;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.executiongraph.TaskManagerLostException;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.jobmaster.slotpool.TaskManagerGateway;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.scheduler.Adoption;
import org.stellwerk.runtime.scheduler.JobFailure;
import org.stellwerk.runtime.scheduler.Reconciliation;

/**
 * The job ran under an earlier leader, with the parallelism that is stored; TaskExecutors report
 * its tasks. It goes on when all are accounted for. If some are missing after the timeout, or fail
 * before, all are started again, as always; if nobody has reported any, the job begins anew.
 */
final class Reconciling implements State {

  private final StateContext context;
  private final ExecutionGraph graph;
  private final VertexParallelism parallelism;
  private final Reconciliation reconciliation;
  private final JobProgress progress;

  /**
   * Begins to wait.
   *
   * @param graph with the parallelism of before, all of it CREATED
   * @param progress what is stored
   */
  Reconciling(
      StateContext context,
      ExecutionGraph graph,
      VertexParallelism parallelism,
      Reconciliation reconciliation,
      JobProgress progress) {
    this.context = context;
    this.graph = graph;
    this.parallelism = parallelism;
    this.reconciliation = reconciliation;
    this.progress = progress;
  }

  @Override
  public AdaptiveState kind() {
    return AdaptiveState.RECONCILING;
  }

  @Override
  public void onEnter() {
    reconciliation.begin(progress);
    context.runLater(this, context.settings().reconciliationTimeout(), this::onTimeout);
    goOnIfComplete();
  }

  @Override
  public Adoption adopt(
      TaskManagerLocation location, TaskManagerGateway gateway, JobReport report) {
    Adoption adopted = reconciliation.adopt(location, gateway, report);
    onTaskManagerAbsent(gateway.getAddress());
    return adopted;
  }

  @Override
  public void onTaskManagerAbsent(String address) {
    reconciliation.lose(address);
    if (graph.countTasks(ExecutionState.FAILED) == 0) {
      goOnIfComplete();
    }
  }

  private void goOnIfComplete() {
    if (reconciliation.isOver()) {
      context.goToExecuting(graph, parallelism);
    }
  }

  private void onTimeout() {
    reconciliation.giveUpAll();
    if (graph.countTasks(ExecutionState.CREATED) == graph.getTotalTasks()) {
      graph.cancelAll();
      context.goToWaitingForResources(context.choice().mostSlots());
    } else {
      graph.forEachExecution(this::failIfMissing);
    }
  }

  private void failIfMissing(Execution execution) {
    if (execution.getState() == ExecutionState.CREATED) {
      graph.lostBefore(
          execution.getVertex().getId(),
          new TaskManagerLostException("No TaskManager has reported it to the new leader"));
    }
  }

  @Override
  public void onFailures(List<JobFailure> failures) {
    reconciliation.giveUpAll();
    context.restartOrFail(failures, parallelism);
  }

  @Override
  public void cancel() {
    reconciliation.giveUpAll();
    context.goToCanceling();
  }
}
