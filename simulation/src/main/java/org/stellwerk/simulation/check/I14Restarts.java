package org.stellwerk.simulation.check;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.RestartStrategyOptions;
import org.stellwerk.runtime.scheduler.failover.PipelinedRegions;

/**
 * I14: a job whose tasks fail comes to its end only if its restart strategy allows no more
 * restarts. Incidents are counted from outside: each attempt that fails may be one, but those of
 * one region that fail together are one. What is counted is never less than what the strategy has
 * counted, in any leader session, so that it may have given up later, but not earlier.
 */
final class I14Restarts extends Invariant {

  /** The slowest of the simulated clocks loses so much on the world's. */
  private static final double SLOWEST_CLOCK = 0.8;

  /**
   * What a strategy allows.
   *
   * @param restarts so many
   * @param withinNanos only incidents that lie no further back count
   * @param quietNanos without an incident for so long, those before do not count any more
   */
  private record Allowance(int restarts, long withinNanos, long quietNanos) {

    static Allowance of(Configuration configuration) {
      return switch (configuration.get(RestartStrategyOptions.TYPE)) {
        case NONE -> new Allowance(0, Long.MAX_VALUE, Long.MAX_VALUE);
        case FIXED_DELAY ->
            new Allowance(
                configuration.get(RestartStrategyOptions.FIXED_DELAY_ATTEMPTS),
                Long.MAX_VALUE,
                Long.MAX_VALUE);
        case FAILURE_RATE ->
            new Allowance(
                configuration.get(RestartStrategyOptions.FAILURE_RATE_MAX_FAILURES),
                atMost(configuration.get(RestartStrategyOptions.FAILURE_RATE_INTERVAL)),
                Long.MAX_VALUE);
        case EXPONENTIAL_DELAY ->
            new Allowance(
                configuration.get(RestartStrategyOptions.EXPONENTIAL_DELAY_ATTEMPTS),
                Long.MAX_VALUE,
                atMost(
                    configuration
                        .get(RestartStrategyOptions.EXPONENTIAL_DELAY_RESET)
                        .plus(
                            // the longest delay, with the most jitter that there can be
                            configuration
                                .get(RestartStrategyOptions.EXPONENTIAL_DELAY_MAX)
                                .multipliedBy(2))));
      };
    }

    private static long atMost(Duration byItsOwnClock) {
      return (long) (byItsOwnClock.toNanos() / SLOWEST_CLOCK);
    }
  }

  /** A job's incidents so far. */
  private static final class Job {

    private final Allowance allowance;
    private final boolean isOneRegion;
    private final Deque<Long> incidents = new ArrayDeque<>();

    Job(JobGraph graph, Configuration configuration) {
      this.allowance = Allowance.of(configuration.withAll(graph.configuration()));
      this.isOneRegion = PipelinedRegions.of(graph).count() == 1;
    }

    void add(long now, boolean isFirstOfEvent) {
      Long last = incidents.peekLast();
      if (last != null && now - last >= allowance.quietNanos) {
        incidents.clear();
      }
      if (isFirstOfEvent || !isOneRegion) {
        incidents.addLast(now);
      }
    }

    /** How many there were before the one that has just happened. */
    int former(long now) {
      long first = now - allowance.withinNanos;
      int count = (int) incidents.stream().filter(at -> at >= first).count();
      return count - 1;
    }
  }

  private final Function<JobID, Optional<JobGraph>> graphs;
  private final Configuration configuration;
  private final LongSupplier nowNanos;
  private final Map<JobID, Job> jobs = new HashMap<>();
  private final Map<ExecutionGraphId, JobID> byGraph = new HashMap<>();
  private final Set<JobID> failedNow = new HashSet<>();

  /**
   * The invariant.
   *
   * @param graphs of the jobs that are stored
   * @param configuration the cluster's
   * @param nowNanos the world's time
   */
  I14Restarts(
      Consumer<InvariantViolation> violations,
      Function<JobID, Optional<JobGraph>> graphs,
      Configuration configuration,
      LongSupplier nowNanos) {
    super("I14", violations);
    this.graphs = graphs;
    this.configuration = configuration;
    this.nowNanos = nowNanos;
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    JobMasterSnapshot now = change.now();
    if (!now.executions().isEmpty()) {
      byGraph.putIfAbsent(now.executions().get(0).attemptId().executionGraphId(), now.jobId());
    }
  }

  @Override
  void onTransition(Transition transition) {
    if (transition.machine().equals(TransitionObserver.EXECUTION)
        && transition.to() == ExecutionState.FAILED
        && transition.id() instanceof ExecutionAttemptID attempt) {
      onFailed(byGraph.get(attempt.executionGraphId()));
    } else if (transition.machine().equals(TransitionObserver.JOB)
        && transition.to() == JobStatus.FAILING
        && transition.id() instanceof JobID jobId
        && failedNow.contains(jobId)) {
      onFailing(jobId);
    }
  }

  private void onFailed(@Nullable JobID jobId) {
    Job job = jobId == null ? null : jobOf(jobId);
    if (jobId != null && job != null) {
      job.add(nowNanos.getAsLong(), failedNow.add(jobId));
    }
  }

  /** Null of a job in stages, in which lost results are incidents, too. */
  private @Nullable Job jobOf(JobID jobId) {
    return jobs.computeIfAbsent(
        jobId,
        id ->
            graphs
                .apply(id)
                .filter(graph -> !graph.isStaged())
                .map(graph -> new Job(graph, configuration))
                .orElse(null));
  }

  private void onFailing(JobID jobId) {
    Job job = jobOf(jobId);
    if (job != null) {
      int former = job.former(nowNanos.getAsLong());
      require(
          former >= job.allowance.restarts,
          "Job {} fails after {} incidents, though {} restarts are allowed",
          jobId,
          former,
          job.allowance.restarts);
    }
  }

  @Override
  void onEndOfEvent() {
    failedNow.clear();
  }
}
