package org.stellwerk.benchmarks.ha;

import java.util.Set;
import java.util.TreeSet;
import org.stellwerk.benchmarks.ha.Subtasks.Subtask;

/**
 * The leader and a TaskManager are killed in the same instant, under a job of several independent
 * regions: those that had tasks on the TaskManager start again, the others never stop.
 */
final class BothKilled implements HaScenario {

  private static final long PATIENCE_MS = 90_000;
  private static final long WATCHED_MS = 5_000;

  @Override
  public String name() {
    return "both";
  }

  @Override
  public Layout layout() {
    return Layout.withJobManagers(2);
  }

  @Override
  public boolean independentRegions() {
    return true;
  }

  @Override
  public int rounds(int wished) {
    return Math.min(wished, 5);
  }

  @Override
  public void round(HaCluster cluster, TickerRun ticker, Report report) throws Exception {
    Leadership.Grant old = cluster.leadership().current();
    Subtask first = ticker.subtasksBefore().get(0);
    Node victim =
        cluster.taskManagers().stream()
            .filter(node -> node.name().equals(first.taskManager()))
            .findFirst()
            .orElseThrow();
    Set<Integer> hit = new TreeSet<>();
    Set<Integer> spared = new TreeSet<>();
    for (Subtask each : ticker.subtasksBefore()) {
      (each.taskManager().equals(victim.name()) ? hit : spared).add(each.index());
    }
    spared.removeAll(hit);
    try (ListingWatch watch =
        new ListingWatch(cluster.restWithout(old.jobManager()), ticker.jobId())) {
      long fault = System.currentTimeMillis();
      victim.signal("KILL");
      old.jobManager().signal("KILL");
      Leadership.Grant next = cluster.leadership().awaitNewer(old);
      watch.awaitListedSince(next.atMillis(), PATIENCE_MS);
      ticker.awaitRunning(cluster.restWithout(old.jobManager()));
      report.time("all tasks RUNNING again", System.currentTimeMillis() - fault);
      Thread.sleep(WATCHED_MS);
      report.note(hit.size() + " regions hit, " + spared.size() + " spared");
      ticker.checkUntouched(report, fault, spared);
      checkStartedAgain(ticker, hit, report);
    }
    cluster.startMissing();
  }

  private static void checkStartedAgain(TickerRun ticker, Set<Integer> hit, Report report)
      throws Exception {
    for (int index : hit) {
      int began = ticker.startsSinceMark(index);
      if (began != 1) {
        report.fail("region " + index + " was hit and began " + began + " times anew");
      }
    }
  }
}
