package org.stellwerk.benchmarks.ha;

/** Of three ZooKeeper servers the one that leads them is killed. */
final class EnsembleLeaderKilled implements HaScenario {

  private static final long WATCHED_MS = 8_000;

  @Override
  public String name() {
    return "ensemble";
  }

  @Override
  public Layout layout() {
    return Layout.withJobManagers(2).withZooKeepers(3);
  }

  @Override
  public int rounds(int wished) {
    return Math.min(wished, 5);
  }

  @Override
  public void round(HaCluster cluster, TickerRun ticker, Report report) throws Exception {
    Node leader = cluster.quorum().leader();
    long fault = System.currentTimeMillis();
    leader.end("KILL");
    Thread.sleep(WATCHED_MS);
    ticker.awaitRunning(cluster.rest());
    ticker.checkUntouched(report, fault);
    cluster.startMissing();
    Thread.sleep(WATCHED_MS); // until the server that was away has joined the others
  }
}
