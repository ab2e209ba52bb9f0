package org.stellwerk.runtime.jobmaster;

import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolGateway;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.runtime.options.JobManagerOptions.SchedulerType;
import org.stellwerk.runtime.scheduler.DefaultScheduler;
import org.stellwerk.runtime.scheduler.ExecutionGraphSpec;
import org.stellwerk.runtime.scheduler.JobStatusListener;
import org.stellwerk.runtime.scheduler.SchedulerNG;
import org.stellwerk.runtime.scheduler.SchedulerServices;
import org.stellwerk.runtime.scheduler.adaptive.AdaptiveScheduler;

/** Makes the scheduler of a job, as the job's or the cluster's configuration says. */
public final class SchedulerFactory {

  private SchedulerFactory() {}

  /** A scheduler of a job whose scheduling has not begun. */
  public static SchedulerNG create(
      ExecutionGraphSpec spec,
      SlotPoolGateway slotPool,
      SchedulerServices services,
      JobStatusListener listener) {
    return isAdaptive(spec.jobGraph(), services.configuration())
        ? new AdaptiveScheduler(spec, slotPool, services, listener)
        : new DefaultScheduler(spec, slotPool, services, listener);
  }

  /** The job with the smallest parallelism that it may run with. */
  public static JobGraph smallest(JobGraph graph, Configuration configuration) {
    return isAdaptive(graph, configuration) ? AdaptiveScheduler.smallest(graph) : graph;
  }

  /**
   * Whether the job's parallelism is chosen; that of a staged job never is, as its stages hand
   * their results on subtask by subtask.
   *
   * @param configuration the cluster's, overlaid by the job's
   */
  public static boolean isAdaptive(JobGraph graph, Configuration configuration) {
    return configuration.get(JobManagerOptions.SCHEDULER) == SchedulerType.ADAPTIVE
        && !graph.isStaged();
  }
}
