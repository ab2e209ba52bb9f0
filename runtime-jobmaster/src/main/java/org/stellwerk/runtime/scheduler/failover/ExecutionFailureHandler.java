package org.stellwerk.runtime.scheduler.failover;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.executiongraph.LostResults;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.options.RestartStrategyOptions;
import org.stellwerk.util.RandomSource;

/**
 * Decides what an incident leads to: a restart of what the failover strategy names, when the
 * restart policy says, or the end of the job. Component of the scheduler; soft state.
 */
public final class ExecutionFailureHandler {

  private final FailoverStrategy failover;
  private final RestartPolicy policy;

  ExecutionFailureHandler(FailoverStrategy failover, RestartPolicy policy) {
    this.failover = failover;
    this.policy = policy;
  }

  /** What is known of a job's regions, and of the results between them. */
  public record Topology(JobGraph graph, PipelinedRegions regions, LostResults results) {}

  /**
   * A handler for one job.
   *
   * @param configuration the cluster's, overlaid by the job's
   */
  public static ExecutionFailureHandler create(
      Topology job, Configuration configuration, RandomSource random) {
    FailoverStrategy failover =
        switch (configuration.get(RestartStrategyOptions.FAILOVER)) {
          case REGION -> new RestartPipelinedRegionFailoverStrategy(job.regions(), job.results());
          case FULL -> new RestartAllFailoverStrategy(job.graph());
        };
    return new ExecutionFailureHandler(failover, RestartPolicy.from(configuration, random));
  }

  /**
   * Handles failures that became known together.
   *
   * @param failed the subtasks that failed, at least one
   * @param cause the failure that explains the others
   * @param nowMs a monotonic time in milliseconds
   */
  public FailureHandlingResult handle(
      List<ExecutionVertexID> failed, SerializedThrowable cause, long nowMs) {
    RestartBackoffTimeStrategy.Decision decision = policy.decide(cause, nowMs);
    if (decision instanceof RestartBackoffTimeStrategy.RestartAfter restart) {
      return new FailureHandlingResult.Restart(tasksToRestart(failed), restart.delay());
    }
    return new FailureHandlingResult.Fail(((RestartBackoffTimeStrategy.GiveUp) decision).why());
  }

  /** When failures lead to a restart. */
  public RestartPolicy policy() {
    return policy;
  }

  /** Whether tasks may be started again because somebody wants them elsewhere. */
  public boolean allowsMoves() {
    return policy.allowsMoves();
  }

  /** Which subtasks start again with these. */
  public List<ExecutionVertexID> tasksToRestart(List<ExecutionVertexID> failed) {
    Set<ExecutionVertexID> restart = new LinkedHashSet<>();
    for (ExecutionVertexID each : failed) {
      if (!restart.contains(each)) {
        restart.addAll(failover.getTasksNeedingRestart(each));
      }
    }
    return new ArrayList<>(restart);
  }
}
