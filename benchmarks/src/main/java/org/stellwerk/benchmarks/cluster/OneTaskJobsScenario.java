package org.stellwerk.benchmarks.cluster;

import java.util.List;
import java.util.function.Function;

/**
 * Jobs of one task that ends at once, one after the other, each from submission to FINISHED. The
 * client asks first after four fifths of the time that the job before took, and then every 2 ms: so
 * that asking does not become what is measured.
 */
final class OneTaskJobsScenario implements Scenario {

  private static final int JOBS_PER_ROUND = 20;
  private static final long PAUSE_MS = 2;

  private final Function<BenchmarkCluster, PreparedJob> jobs;

  /** How long the job before was waited for. */
  private double waitedMs;

  OneTaskJobsScenario(Function<BenchmarkCluster, PreparedJob> jobs) {
    this.jobs = jobs;
  }

  @Override
  public String name() {
    return "jobs";
  }

  @Override
  public List<Measure> measures() {
    return List.of(
        new Measure(
            "one-task jobs, one after the other", "jobs/s", 40, Double.NaN, true, "9 jobs/s"));
  }

  @Override
  public double[] round(BenchmarkCluster cluster) throws Exception {
    long begin = System.nanoTime();
    for (int i = 0; i < JOBS_PER_ROUND; i++) {
      PreparedJob job = jobs.apply(cluster);
      cluster.submit(job);
      long submitted = System.nanoTime();
      Thread.sleep(Math.max(PAUSE_MS, Math.round(waitedMs * 0.8)));
      while (!cluster.hasFinished(job.jobId())) {
        Thread.sleep(PAUSE_MS);
      }
      waitedMs = (System.nanoTime() - submitted) / 1e6;
    }
    return new double[] {JOBS_PER_ROUND * 1e9 / (System.nanoTime() - begin)};
  }
}
