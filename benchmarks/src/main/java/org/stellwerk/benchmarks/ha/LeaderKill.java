package org.stellwerk.benchmarks.ha;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.stellwerk.benchmarks.cluster.Figures;
import org.stellwerk.benchmarks.cluster.WrongOutcomeException;
import org.stellwerk.client.ClusterException;

/**
 * Runs scenarios, each on a cluster of its own and under the same load: a ticker of eight tasks or
 * more, and a client that goes on submitting, listing and cancelling. Prints each round and a table
 * of the times; exit code 1 if something did not hold in some round. Times are figures, not gates.
 */
public final class LeaderKill {

  private static final int PAIRS = 6;
  private static final long CLIENT_PAUSE_MS = 500;

  private final Path home;
  private final Path work;
  private final int firstPort;
  private final int rounds;
  private final List<String> rows = new ArrayList<>();
  private int failed;

  private LeaderKill(Path home, Path work, int firstPort, int rounds) {
    this.home = home;
    this.work = work;
    this.firstPort = firstPort;
    this.rounds = rounds;
  }

  /**
   * Runs what is named; {@code all} is everything.
   *
   * @param args the installation, a directory for what the clusters write, the first port, the
   *     number of rounds, then names of scenarios
   */
  public static void main(String[] args) throws Exception {
    Map<String, HaScenario> known = scenarios();
    List<String> names = new ArrayList<>(List.of(args).subList(4, args.length));
    if (names.isEmpty() || names.contains("all")) {
      names = new ArrayList<>(known.keySet());
    }
    for (String name : names) {
      if (!known.containsKey(name)) {
        System.err.println(
            "There is no scenario '" + name + "'; expected all or some of " + known.keySet());
        System.exit(2);
      }
    }
    LeaderKill run =
        new LeaderKill(
            Path.of(args[0]),
            Path.of(args[1]),
            Integer.parseInt(args[2]),
            Integer.parseInt(args[3]));
    for (String name : names) {
      run.run(known.get(name));
    }
    run.print();
    System.exit(run.failed == 0 ? 0 : 1);
  }

  private static Map<String, HaScenario> scenarios() {
    List<HaScenario> list =
        List.of(
            LeaderEnds.killed(),
            LeaderEnds.asked(),
            new OnlyJobManager(),
            new ZooKeeperDown(5),
            new ZooKeeperDown(30),
            new ZooKeeperDown(300),
            new EnsembleLeaderKilled(),
            new RollingRestart(),
            new FrozenLeader(),
            new BothKilled(),
            new Partition("partition-zookeeper", Partition.From.ZOOKEEPER, true, 15_000),
            new Partition("partition-taskmanagers", Partition.From.TASKMANAGERS, true, 8_000),
            new Partition("partition-one-way", Partition.From.TASKMANAGERS, false, 8_000),
            new Partition("partition-zookeeper-one-way", Partition.From.ZOOKEEPER, false, 15_000));
    Map<String, HaScenario> byName = new LinkedHashMap<>();
    list.forEach(scenario -> byName.put(scenario.name(), scenario));
    return byName;
  }

  private void run(HaScenario scenario) throws Exception {
    if (scenario.layout().ownHosts() && !Partition.impossible().isEmpty()) {
      System.out.println(scenario.name() + ": skipped: " + Partition.impossible());
      rows.add("| " + scenario.name() + " | skipped | | |");
      return;
    }
    Path directory = Files.createDirectories(work.resolve(scenario.name()));
    Map<String, Figures> figures = new LinkedHashMap<>();
    int failedBefore = failed;
    try (HaCluster cluster = HaCluster.start(scenario.layout(), home, directory, firstPort)) {
      TickerRun ticker = TickerRun.start(cluster, "ticker", PAIRS, scenario.independentRegions());
      try (ClientLoop client = ClientLoop.start(cluster, CLIENT_PAUSE_MS)) {
        for (int round = 1; round <= scenario.rounds(rounds); round++) {
          Report report = round(scenario, cluster, ticker);
          print(scenario.name() + " " + round, report);
          report
              .times()
              .forEach((what, ms) -> figures.computeIfAbsent(what, key -> new Figures()).add(ms));
        }
        Report report = new Report();
        client.end(report);
        ticker.end(report);
        print(scenario.name() + " end", report);
      }
    } catch (IOException | ClusterException | WrongOutcomeException e) {
      Report report = new Report();
      report.fail(e.getMessage());
      print(scenario.name(), report);
    }
    addRows(scenario.name(), figures, failed - failedBefore);
  }

  private static Report round(HaScenario scenario, HaCluster cluster, TickerRun ticker)
      throws Exception {
    Report report = new Report();
    try {
      ticker.mark();
      scenario.round(cluster, ticker, report);
    } catch (IOException | ClusterException | WrongOutcomeException e) {
      report.fail(e.getMessage());
      cluster.startMissing();
    }
    return report;
  }

  private void print(String what, Report report) {
    System.out.println(what + ": " + report);
    failed += report.isOk() ? 0 : 1;
  }

  private void addRows(String scenario, Map<String, Figures> figures, int failures) {
    rows.add("| " + scenario + " | " + (failures == 0 ? "ok" : failures + " FAILED") + " | | |");
    figures.forEach(
        (what, each) ->
            rows.add(
                String.format(
                    Locale.ROOT,
                    "| %s: %s | %d rounds | %.0f ms | %.0f ms |",
                    scenario,
                    what,
                    each.count(),
                    each.median(),
                    each.worst())));
  }

  private void print() {
    System.out.println();
    System.out.println("| what | rounds | median | worst |");
    System.out.println("|---|---|---|---|");
    rows.forEach(System.out::println);
  }
}
