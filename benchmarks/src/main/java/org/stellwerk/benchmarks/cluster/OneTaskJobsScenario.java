package org.stellwerk.benchmarks.cluster;

import java.util.List;
import org.stellwerk.runtime.jobgraph.JobGraph;

/** Jobs of one task that ends at once, one after the other, each from submission to FINISHED. */
final class OneTaskJobsScenario implements Scenario {

  private static final int JOBS_PER_ROUND = 20;
  private static final long PAUSE_MS = 2;

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
      JobGraph job = Jobs.empty();
      cluster.submit(job);
      while (!cluster.hasFinished(job.jobId())) {
        Thread.sleep(PAUSE_MS);
      }
    }
    return new double[] {JOBS_PER_ROUND * 1e9 / (System.nanoTime() - begin)};
  }
}
