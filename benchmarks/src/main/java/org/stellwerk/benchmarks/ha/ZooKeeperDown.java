package org.stellwerk.benchmarks.ha;

import java.io.IOException;
import org.stellwerk.benchmarks.cluster.Jobs;
import org.stellwerk.runtime.jobgraph.JobGraph;

/**
 * ZooKeeper is killed and started again after some seconds. Meanwhile the leader goes on: jobs can
 * be listed and cancelled, and who submits one is told clearly that it is not stored.
 */
final class ZooKeeperDown implements HaScenario {

  private static final long WATCHED_MS = 10_000;
  private static final long LONGEST_ANSWER_MS = 15_000;

  private final int seconds;

  ZooKeeperDown(int seconds) {
    this.seconds = seconds;
  }

  @Override
  public String name() {
    return "zookeeper-down-" + seconds;
  }

  @Override
  public Layout layout() {
    return Layout.withJobManagers(2);
  }

  @Override
  public int rounds(int wished) {
    return seconds > 60 ? 1 : Math.min(wished, 3);
  }

  @Override
  public void round(HaCluster cluster, TickerRun ticker, Report report) throws Exception {
    JobClient client = new JobClient(cluster.rest().addresses());
    JobGraph other = Jobs.unconnected(2);
    client.submitSurely(other);
    cluster
        .rest()
        .await(
            "/jobs/" + other.jobId(),
            "the other job runs",
            job -> job.path("state").asText().equals("RUNNING"));
    long fault = System.currentTimeMillis();
    cluster.zooKeepers().get(0).end("KILL");
    Thread.sleep(1_000);
    list(cluster, ticker, report);
    cancel(cluster, other, report);
    JobGraph submitted = Jobs.empty();
    submit(cluster, submitted, report);
    Thread.sleep(Math.max(0, fault + seconds * 1_000L - System.currentTimeMillis()));
    list(cluster, ticker, report);
    cluster.zooKeepers().get(0).start();
    report.time("ZooKeeper was away", System.currentTimeMillis() - fault);
    Thread.sleep(WATCHED_MS);
    ticker.awaitRunning(cluster.rest());
    ticker.checkUntouched(report, fault);
    cluster
        .rest()
        .await(
            "/jobs/" + other.jobId(),
            "the other job is cancelled",
            job -> job.path("state").asText().equals("CANCELED"));
    client.submitSurely(submitted);
    cluster
        .rest()
        .await(
            "/jobs/" + submitted.jobId(),
            "the job that was submitted meanwhile has finished",
            job -> job.path("state").asText().equals("FINISHED"));
  }

  private static void list(HaCluster cluster, TickerRun ticker, Report report)
      throws InterruptedException {
    long before = System.currentTimeMillis();
    try {
      String state = RestView.stateIn(cluster.rest().get("/jobs/overview"), ticker.jobId());
      report.time("listing meanwhile", System.currentTimeMillis() - before);
      if (!state.equals("RUNNING")) {
        report.fail("the job is listed as '" + state + "' while ZooKeeper is away");
      }
    } catch (IOException e) {
      report.fail("no listing while ZooKeeper is away: " + e.getMessage());
    }
  }

  /** Its tasks must end now; that the result is stored can wait. */
  private static void cancel(HaCluster cluster, JobGraph other, Report report)
      throws InterruptedException {
    long before = System.currentTimeMillis();
    try {
      cluster.rest().cancel(other.jobId().toString());
      cluster
          .rest()
          .await(
              "/jobs/" + other.jobId(),
              "no task of the other job runs",
              job -> job.path("vertices").path(0).path("tasks").path("CANCELED").asInt() == 2);
      report.time("cancelled meanwhile", System.currentTimeMillis() - before);
    } catch (IOException e) {
      report.fail("not cancelled while ZooKeeper is away: " + e.getMessage());
    }
  }

  /** Of one JobManager, as a person would: it cannot be acknowledged now, and says so. */
  private static void submit(HaCluster cluster, JobGraph job, Report report)
      throws InterruptedException {
    JobClient client = new JobClient(cluster.rest().addresses().subList(0, 1));
    long before = System.currentTimeMillis();
    String answer = client.submit(job);
    long after = System.currentTimeMillis() - before;
    report.time("submission answered", after);
    report.note("submission: '" + answer + "'");
    if (answer.isEmpty()) {
      report.fail("a submission was acknowledged while there was no store");
    } else if (!answer.contains("store") || !answer.contains("submit it again")) {
      report.fail("the answer does not say what is wrong and what to do");
    }
    if (after > LONGEST_ANSWER_MS) {
      report.fail("a submission was answered after " + after + " ms only");
    }
  }
}
