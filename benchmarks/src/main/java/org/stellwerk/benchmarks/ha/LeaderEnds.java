package org.stellwerk.benchmarks.ha;

import org.stellwerk.benchmarks.cluster.Processes;

/**
 * The leader ends, at once or as it is asked to, while a standby is there, which has been there for
 * some seconds. (What happens to one that is just starting is in the random rounds.)
 */
final class LeaderEnds implements HaScenario {

  private static final long PATIENCE_MS = 90_000;
  private static final long WATCHED_MS = 3_000;
  private static final long STANDING_BY_MS = 5_000;

  private final String name;
  private final String signal;

  private LeaderEnds(String name, String signal) {
    this.name = name;
    this.signal = signal;
  }

  static LeaderEnds killed() {
    return new LeaderEnds("leader-kill", "KILL");
  }

  static LeaderEnds asked() {
    return new LeaderEnds("leader-term", "TERM");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Layout layout() {
    return Layout.withJobManagers(2);
  }

  @Override
  public int rounds(int wished) {
    return wished;
  }

  @Override
  public void round(HaCluster cluster, TickerRun ticker, Report report) throws Exception {
    Thread.sleep(STANDING_BY_MS);
    Leadership.Grant old = cluster.leadership().current();
    try (ListingWatch watch =
        new ListingWatch(cluster.restWithout(old.jobManager()), ticker.jobId())) {
      long fault = System.currentTimeMillis();
      old.jobManager().signal(signal);
      Leadership.Grant next = cluster.leadership().awaitNewer(old);
      report.time("granted", next.atMillis() - fault);
      report.time(
          "listed as RUNNING", watch.awaitListedSince(next.atMillis(), PATIENCE_MS) - fault);
      Thread.sleep(WATCHED_MS);
      ticker.awaitRunning(cluster.restWithout(old.jobManager()));
      ticker.checkUntouched(report, fault);
    }
    if (old.jobManager().isAlive()) {
      Processes.awaitEnd(old.jobManager().pid());
    }
    cluster.startMissing();
  }
}
