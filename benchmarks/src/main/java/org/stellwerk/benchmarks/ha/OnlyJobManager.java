package org.stellwerk.benchmarks.ha;

/** The only JobManager is killed, and started again after 20 s. */
final class OnlyJobManager implements HaScenario {

  private static final long AWAY_MS = 20_000;
  private static final long PATIENCE_MS = 90_000;
  private static final long WATCHED_MS = 3_000;

  @Override
  public String name() {
    return "only-jobmanager";
  }

  @Override
  public Layout layout() {
    return Layout.withJobManagers(1);
  }

  @Override
  public int rounds(int wished) {
    return Math.min(wished, 3);
  }

  @Override
  public void round(HaCluster cluster, TickerRun ticker, Report report) throws Exception {
    Leadership.Grant old = cluster.leadership().current();
    long fault = System.currentTimeMillis();
    old.jobManager().end("KILL");
    Thread.sleep(AWAY_MS);
    long again = System.currentTimeMillis();
    try (ListingWatch watch = new ListingWatch(cluster.rest(), ticker.jobId())) {
      old.jobManager().start();
      Leadership.Grant next = cluster.leadership().awaitNewer(old);
      report.time(
          "listed as RUNNING after its start",
          watch.awaitListedSince(next.atMillis(), PATIENCE_MS) - again);
    }
    Thread.sleep(WATCHED_MS);
    ticker.awaitRunning(cluster.rest());
    ticker.checkUntouched(report, fault);
    cluster.startMissing();
  }
}
