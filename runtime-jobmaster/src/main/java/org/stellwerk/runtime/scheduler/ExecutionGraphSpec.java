package org.stellwerk.runtime.scheduler;

import java.util.Optional;
import org.stellwerk.runtime.executiongraph.ExecutionContext;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.executiongraph.ExecutionListener;
import org.stellwerk.runtime.executiongraph.GraphIdentity;
import org.stellwerk.runtime.executiongraph.JobState;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobInformation;
import org.stellwerk.util.IdGenerator;

/**
 * What the execution graphs of a job are made from.
 *
 * @param initializationTimestamp when the job became INITIALIZING, in milliseconds since the epoch
 * @param recovered what is stored of a job that ran under an earlier leader; empty for a new job
 */
public record ExecutionGraphSpec(
    JobGraph jobGraph,
    JobInformation jobInformation,
    long initializationTimestamp,
    Optional<JobProgress> recovered) {

  /** The identity of the job's first graph under this leader. */
  public GraphIdentity firstIdentity(IdGenerator ids) {
    return recovered.isPresent() ? GraphIdentity.recovered(ids) : GraphIdentity.first(ids);
  }

  /** The state of a job that has not begun. */
  public JobState createState(SchedulerServices services) {
    return new JobState(
        jobGraph.jobId(),
        jobGraph.name(),
        services.runtime().clock(),
        services.runtime().transitions(),
        initializationTimestamp);
  }

  /**
   * A new execution graph of the job, all its tasks CREATED.
   *
   * @param chosen the job's graph with the parallelism that it is to have
   */
  public ExecutionGraph createGraph(
      JobGraph chosen,
      GraphIdentity identity,
      SchedulerServices services,
      ExecutionListener listener) {
    return new ExecutionGraph(
        chosen,
        jobInformation,
        identity,
        new ExecutionContext(
            services.runtime().clock(),
            services.rpcTimeout(),
            listener,
            services.runtime().fatalErrorHandler(),
            services.runtime().transitions()));
  }
}
