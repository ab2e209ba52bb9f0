package org.stellwerk.runtime.scheduler.adaptive;

import java.time.Duration;
import java.util.List;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.scheduler.JobFailure;
import org.stellwerk.runtime.scheduler.JobFailures;
import org.stellwerk.runtime.scheduler.failover.RestartBackoffTimeStrategy.Decision;
import org.stellwerk.runtime.scheduler.failover.RestartBackoffTimeStrategy.GiveUp;
import org.stellwerk.runtime.scheduler.failover.RestartBackoffTimeStrategy.RestartAfter;

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

  Executing(StateContext context, ExecutionGraph graph, VertexParallelism parallelism) {
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
    context.deploy(graph);
  }

  @Override
  public void onFailures(List<JobFailure> failures) {
    JobFailures.Incident incident = context.failures().begin(failures);
    Decision decision = context.decideRestart(incident);
    if (decision instanceof RestartAfter restart) {
      context.goToRestarting(
          incident.entry(),
          restart.delay(),
          Math.min(parallelism.slots(), context.choice().mostSlots()),
          incident.root().described().describe());
    } else {
      context.goToFailing(incident, ((GiveUp) decision).why());
    }
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

  /** Throws if a task waits for a slot; for tests and the simulator. */
  void checkInvariants() {
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
