package org.stellwerk.benchmarks.ha;

import java.util.ArrayList;
import java.util.List;

/**
 * The network loses what the leader and some others send each other, in both directions or in one,
 * and heals. Each process has a network namespace of its own.
 */
final class Partition implements HaScenario {

  private static final long WATCHED_MS = 10_000;

  /** From whom the leader is cut off. */
  enum From {
    ZOOKEEPER,
    TASKMANAGERS
  }

  private final String name;
  private final From from;
  private final boolean bothWays;
  private final long lastsMs;

  /**
   * A partition.
   *
   * @param bothWays otherwise only what the leader sends is lost
   */
  Partition(String name, From from, boolean bothWays, long lastsMs) {
    this.name = name;
    this.from = from;
    this.bothWays = bothWays;
    this.lastsMs = lastsMs;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Layout layout() {
    return Layout.withJobManagers(2).onOwnHosts();
  }

  @Override
  public int rounds(int wished) {
    return Math.min(wished, 3);
  }

  @Override
  public void round(HaCluster cluster, TickerRun ticker, Report report) throws Exception {
    Leadership.Grant old = cluster.leadership().current();
    List<Node> others = from == From.ZOOKEEPER ? cluster.zooKeepers() : cluster.taskManagers();
    List<Node[]> directions = new ArrayList<>();
    for (Node other : others) {
      directions.add(new Node[] {old.jobManager(), other});
      if (bothWays) {
        directions.add(new Node[] {other, old.jobManager()});
      }
    }
    long fault = System.currentTimeMillis();
    for (Node[] direction : directions) {
      cluster.cut(direction[0], direction[1]);
    }
    Thread.sleep(lastsMs);
    for (Node[] direction : directions) {
      cluster.heal(direction[0], direction[1]);
    }
    Thread.sleep(WATCHED_MS);
    ticker.awaitRunning(cluster.rest());
    ticker.checkUntouched(report, fault);
    Leadership.Grant now = cluster.leadership().current();
    boolean another = !now.session().equals(old.session());
    report.note(another ? "another leader" : "the same leader");
    if (another) {
      report.time("granted", now.atMillis() - fault);
    }
    if (another != (from == From.ZOOKEEPER)) {
      report.fail("the leadership " + (another ? "went over" : "did not go over"));
    }
  }

  /** Why there can be no partitions here; "" if there can. */
  static String impossible() {
    return Boolean.getBoolean("benchmark.own-network")
        ? ""
        : "network namespaces cannot be made here (they need root and iproute2)";
  }
}
