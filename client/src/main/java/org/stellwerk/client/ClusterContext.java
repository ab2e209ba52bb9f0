package org.stellwerk.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/**
 * Submits a program's jobs to one cluster, with the same jars and settings for each. If the cluster
 * may have accepted a job but did not say so, as when its leader is lost just then, the same
 * submission is repeated under the same id for a minute, until its outcome is known.
 */
public final class ClusterContext implements ExecutionContext {

  private static final Duration RETRY_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_OUTAGE = Duration.ofSeconds(60);

  private final ClusterClient client;
  private final Settings settings;
  private final List<Path> jars;
  private final JobObserver observer;

  /**
   * What holds for every job of the program.
   *
   * @param defaultParallelism of vertices that have none of their own, at least 1
   * @param jobConfiguration laid under the job's own
   * @param detached whether the program ends where it would wait for a job
   */
  public record Settings(
      int defaultParallelism, Map<String, String> jobConfiguration, boolean detached) {
    public Settings {
      if (defaultParallelism < 1) {
        throw new IllegalArgumentException(
            "The default parallelism must be at least 1, not " + defaultParallelism);
      }
    }
  }

  /**
   * A context; the client stays the caller's.
   *
   * @param jars what the jobs' classes are in, in class path order
   */
  public ClusterContext(
      ClusterClient client, Settings settings, List<Path> jars, JobObserver observer) {
    this.client = client;
    this.settings = settings;
    this.jars = List.copyOf(jars);
    this.observer = observer;
  }

  @Override
  public JobExecution submit(Job job) {
    JobGraph graph =
        job.toJobGraph(
            new JobID(UUID.randomUUID()),
            settings.defaultParallelism(),
            settings.jobConfiguration());
    submitSurely(graph);
    observer.onSubmitted(graph.jobId(), graph.name());
    return new JobExecution(client, graph.jobId(), graph.name(), settings.detached(), observer);
  }

  private void submitSurely(JobGraph graph) {
    try {
      client.submitJob(graph, jars);
    } catch (ClusterException e) {
      if (!e.isOutcomeUnknown()) {
        throw e;
      }
      observer.onOutage(graph.jobId(), e);
      submitAgain(graph, System.nanoTime() + LONGEST_OUTAGE.toNanos());
    }
  }

  private void submitAgain(JobGraph graph, long deadlineNanos) {
    while (true) {
      pause();
      try {
        client.submitJob(graph, jars);
        return;
      } catch (ClusterException e) {
        if (e.isConflict()) {
          return;
        }
        if (!e.isTransient() || System.nanoTime() - deadlineNanos > 0) {
          throw e;
        }
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(RETRY_PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProgramException("Interrupted while submitting a job", e);
    }
  }
}
