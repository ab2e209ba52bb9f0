package org.stellwerk.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/** Submits a program's jobs to one cluster, with the same jars and settings for each. */
public final class ClusterContext implements ExecutionContext {

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
    client.submitJob(graph, jars);
    observer.onSubmitted(graph.jobId(), graph.name());
    return new JobExecution(client, graph.jobId(), graph.name(), settings.detached(), observer);
  }
}
