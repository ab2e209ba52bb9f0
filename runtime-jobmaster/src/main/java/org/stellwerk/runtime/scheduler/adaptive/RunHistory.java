package org.stellwerk.runtime.scheduler.adaptive;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.executiongraph.GraphIdentity;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.scheduler.JobFailures;
import org.stellwerk.runtime.scheduler.failover.RestartBackoffTimeStrategy;
import org.stellwerk.runtime.scheduler.failover.RestartPolicy;
import org.stellwerk.time.Clock;

/**
 * What an adaptive job remembers from one of its execution graphs to the next, and from leader to
 * leader: attempt numbers, restarts, what the restart policy knows, whether it is to be cancelled.
 * Component of the {@link AdaptiveScheduler}, in the JobMaster's main thread.
 */
final class RunHistory {

  private final JobID jobId;
  private final RestartPolicy restartPolicy;
  private final Clock clock;
  private final GraphIdentity firstGraph;
  private int nextAttempt;
  private long starts;
  private boolean cancelRequested;

  /** Nothing has run. */
  RunHistory(JobID jobId, RestartPolicy restartPolicy, Clock clock, GraphIdentity firstGraph) {
    this.jobId = jobId;
    this.restartPolicy = restartPolicy;
    this.clock = clock;
    this.firstGraph = firstGraph;
    this.nextAttempt = firstGraph.firstAttempt();
  }

  /** Goes on from what is stored; returns the parallelism that the job had, if that is known. */
  Optional<VertexParallelism> restore(JobGraph jobGraph, JobProgress progress) {
    starts = progress.restarts();
    cancelRequested = progress.cancelRequested();
    restartPolicy.restore(progress.restartState(), clock);
    for (VertexProgress vertex : progress.vertices()) {
      vertex.attempts().forEach(attempt -> nextAttempt = Math.max(nextAttempt, attempt + 1));
    }
    return VertexParallelism.of(jobGraph, progress.vertices());
  }

  /** The identity of a graph that would begin now. */
  GraphIdentity nextGraph() {
    return new GraphIdentity(firstGraph.graphId(), nextAttempt);
  }

  /** A graph has begun. */
  void started() {
    nextAttempt++;
    starts++;
  }

  /** The last start that an earlier leader made goes on; what waits for that has numbers, too. */
  void continued() {
    nextAttempt++;
    starts++;
  }

  /** Nothing of the last start that an earlier leader made is there any more. */
  void notContinued() {
    starts--;
  }

  /** These attempts of an earlier leader's graph go on. */
  void adopted(List<ExecutionAttemptID> attempts) {
    for (ExecutionAttemptID attempt : attempts) {
      nextAttempt = Math.max(nextAttempt, attempt.attemptNumber() + 1);
    }
  }

  long numberOfRestarts() {
    return Math.max(0, starts - 1);
  }

  /**
   * The job is to be cancelled.
   *
   * @return false if that was known
   */
  boolean requestCancel() {
    boolean isNew = !cancelRequested;
    cancelRequested = true;
    return isNew;
  }

  boolean isCancelRequested() {
    return cancelRequested;
  }

  /** Whether and when the job starts again after the incident; each call counts one. */
  RestartBackoffTimeStrategy.Decision decide(JobFailures.Incident incident) {
    boolean ofTasks = incident.all().stream().allMatch(failure -> failure.execution() != null);
    return ofTasks
        ? restartPolicy.decide(incident.root().cause(), clock.relativeTimeMillis())
        : new RestartBackoffTimeStrategy.GiveUp("no task can be started again");
  }

  /** For a later leader. */
  JobProgress progress(@Nullable ExecutionGraph graph) {
    Map<String, Integer> taskManagers = new LinkedHashMap<>();
    List<VertexProgress> vertices = graph == null ? List.of() : graph.progress(taskManagers);
    return new JobProgress(
        jobId,
        cancelRequested,
        numberOfRestarts(),
        restartPolicy.save(clock),
        vertices,
        List.copyOf(taskManagers.keySet()));
  }
}
