package org.stellwerk.benchmarks.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Function;

/**
 * Submission to the moment in which all tasks run, and cancellation to the moment in which all have
 * ended. The job's jars travel with each submission.
 */
final class SubmitScenario implements Scenario {

  private final String name;
  private final int tasks;
  private final Function<BenchmarkCluster, PreparedJob> jobs;
  private final Measure running;
  private final Measure canceled;

  /** Without gates. */
  SubmitScenario(String name, int tasks, Function<BenchmarkCluster, PreparedJob> jobs) {
    this(
        name,
        tasks,
        jobs,
        Measure.millis(tasks + " tasks: submission to RUNNING", Double.NaN, ""),
        Measure.millis(tasks + " tasks: cancel", Double.NaN, ""));
  }

  SubmitScenario(
      String name,
      int tasks,
      Function<BenchmarkCluster, PreparedJob> jobs,
      Measure running,
      Measure canceled) {
    this.name = name;
    this.tasks = tasks;
    this.jobs = jobs;
    this.running = running;
    this.canceled = canceled;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Measure> measures() {
    return List.of(
        running,
        canceled,
        Measure.millis(tasks + " tasks: of that until acknowledged", Double.NaN, ""));
  }

  /** Small jobs run little code, so that it takes more of them until a cluster is in use. */
  @Override
  public int warmUpRounds() {
    return tasks > 100 ? 3 : 15;
  }

  @Override
  public double[] round(BenchmarkCluster cluster) throws Exception {
    PreparedJob job = jobs.apply(cluster);
    long submitted = cluster.submit(job);
    long acknowledged = System.currentTimeMillis();
    JsonNode runs = cluster.awaitRunning(job.jobId(), tasks);
    long allRunning = cluster.lastEntered(runs, "RUNNING");
    System.out.print(" " + cluster.spread(runs));
    long asked = cluster.cancel(job.jobId());
    long ended = cluster.awaitState(job.jobId(), "CANCELED");
    return new double[] {allRunning - submitted, ended - asked, acknowledged - submitted};
  }
}
