package org.stellwerk.benchmarks.ha;

import java.io.IOException;
import java.util.List;

/**
 * The leader is frozen for 30 s, deposed meanwhile, and woken: it must see that it leads no longer,
 * and what it still sends in the name of its old session must be refused.
 */
final class FrozenLeader implements HaScenario {

  private static final long FROZEN_MS = 30_000;
  private static final long PATIENCE_MS = 90_000;
  private static final long WATCHED_MS = 8_000;

  @Override
  public String name() {
    return "frozen-leader";
  }

  @Override
  public Layout layout() {
    return Layout.withJobManagers(2);
  }

  @Override
  public int rounds(int wished) {
    return Math.min(wished, 3);
  }

  @Override
  public void round(HaCluster cluster, TickerRun ticker, Report report) throws Exception {
    Leadership.Grant old = cluster.leadership().current();
    int linesBefore = old.jobManager().logLines().size();
    long fault = System.currentTimeMillis();
    old.jobManager().signal("STOP");
    try (ListingWatch watch =
        new ListingWatch(cluster.restWithout(old.jobManager()), ticker.jobId())) {
      Leadership.Grant next = cluster.leadership().awaitNewer(old);
      report.time(
          "listed as RUNNING", watch.awaitListedSince(next.atMillis(), PATIENCE_MS) - fault);
      Thread.sleep(Math.max(0, fault + FROZEN_MS - System.currentTimeMillis()));
    } finally {
      old.jobManager().signal("CONT");
    }
    long woken = System.currentTimeMillis();
    Leadership.Grant now = awaitSteppedDown(cluster, old, linesBefore);
    report.time("stepped down after waking", System.currentTimeMillis() - woken);
    Thread.sleep(WATCHED_MS);
    ticker.awaitRunning(cluster.rest());
    ticker.checkUntouched(report, fault);
    long refusals = refusals(old, linesBefore);
    report.note(refusals + " times the woken leader was told that it leads no longer");
    if (refusals == 0) {
      report.fail("none of the woken leader's late calls was refused");
    }
    if (now.jobManager().equals(old.jobManager())) {
      report.fail("the woken process leads again although another one led");
    }
    if (!old.jobManager().isAlive()) {
      report.note("the woken process ended");
      cluster.startMissing();
    }
  }

  private static Leadership.Grant awaitSteppedDown(
      HaCluster cluster, Leadership.Grant old, int linesBefore) throws Exception {
    long deadline = System.currentTimeMillis() + PATIENCE_MS;
    while (old.jobManager().isAlive() && !saysItIsOver(old, linesBefore)) {
      if (System.currentTimeMillis() > deadline) {
        throw new IOException(old.jobManager() + " has not stepped down");
      }
      Thread.sleep(20);
    }
    return cluster.leadership().current();
  }

  private static boolean saysItIsOver(Leadership.Grant old, int linesBefore) throws IOException {
    List<String> lines = old.jobManager().logLines();
    return lines.subList(linesBefore, lines.size()).stream()
        .anyMatch(line -> line.contains(old.session()) && line.contains("is over"));
  }

  /** How often the woken process was told that it leads no longer, as it logged. */
  private static long refusals(Leadership.Grant old, int linesBefore) throws IOException {
    List<String> lines = old.jobManager().logLines();
    return lines.subList(linesBefore, lines.size()).stream()
        .filter(line -> line.matches("(?i).*(fencing|not lead|another session leads).*"))
        .count();
  }
}
