package org.stellwerk.benchmarks.ha;

import java.util.ArrayList;
import java.util.List;

/** Three JobManagers are stopped and started again, one after the other, under twenty jobs. */
final class RollingRestart implements HaScenario {

  private static final int MORE_JOBS = 19;
  private static final long WATCHED_MS = 3_000;

  private int round;

  @Override
  public String name() {
    return "rolling";
  }

  @Override
  public Layout layout() {
    return new Layout(1, 3, 4, 8, false);
  }

  @Override
  public int rounds(int wished) {
    return Math.min(wished, 2);
  }

  @Override
  public void round(HaCluster cluster, TickerRun ticker, Report report) throws Exception {
    round++;
    List<TickerRun> others = new ArrayList<>();
    for (int i = 0; i < MORE_JOBS; i++) {
      others.add(TickerRun.start(cluster, "rolling-" + round + "-" + i, 1, true));
    }
    for (TickerRun other : others) {
      other.mark();
    }
    long before = System.currentTimeMillis();
    for (Node jobManager : cluster.jobManagers()) {
      jobManager.end("TERM");
      jobManager.start();
    }
    report.time("three restarts", System.currentTimeMillis() - before);
    Thread.sleep(WATCHED_MS);
    ticker.awaitRunning(cluster.rest());
    ticker.checkUntouched(report, before);
    for (TickerRun other : others) {
      other.awaitRunning(cluster.rest());
      Report single = new Report();
      other.checkUntouched(single, before);
      other.end(single);
      if (!single.isOk()) {
        report.fail("job " + other.jobId() + ": " + single);
      }
    }
  }
}
