package org.stellwerk.benchmarks.cluster;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.stellwerk.client.ClusterException;

/**
 * Runs scenarios on a cluster that benchmarks/bin/cluster-bench.sh has started, and prints a table:
 * median and 95th percentile of the rounds, the gate, Flink's figure. Exit code 1 if a gate is not
 * kept.
 */
public final class ClusterBenchmark {

  private static final List<String> ROLES = List.of("jobmanager", "taskmanager", "zookeeper");

  private final BenchmarkCluster cluster;
  private final Processes processes;
  private final int rounds;
  private final List<String> rows = new ArrayList<>();
  private boolean allMet = true;

  private ClusterBenchmark(BenchmarkCluster cluster, Processes processes, int rounds) {
    this.cluster = cluster;
    this.processes = processes;
    this.rounds = rounds;
  }

  /**
   * Runs the scenarios that are named, or all.
   *
   * @param args REST address, slots of all TaskManagers, slots of each, number of rounds, jars
   *     separated by ':', then names of scenarios
   */
  public static void main(String[] args) throws Exception {
    int totalSlots = Integer.parseInt(args[1]);
    Processes processes = Processes.fromEnvironment();
    Map<String, Scenario> all = scenarios(processes, totalSlots, Integer.parseInt(args[2]));
    List<String> names = new ArrayList<>(List.of(args).subList(5, args.length));
    if (names.isEmpty()) {
      names.addAll(all.keySet());
    }
    for (String name : names) {
      if (!all.containsKey(name)) {
        System.err.println(
            "There is no scenario '" + name + "'; expected some of " + new TreeSet<>(all.keySet()));
        System.exit(2);
      }
    }
    List<Path> jars = List.of(args[4].split(":")).stream().map(Path::of).toList();
    ClusterBenchmark benchmark =
        new ClusterBenchmark(
            new BenchmarkCluster(URI.create(args[0]), jars), processes, Integer.parseInt(args[3]));
    benchmark.cluster.awaitFree(totalSlots);
    for (String name : names) {
      benchmark.run(all.get(name), totalSlots);
    }
    benchmark.print();
    System.exit(benchmark.allMet ? 0 : 1);
  }

  private static Map<String, Scenario> scenarios(
      Processes processes, int totalSlots, int perTaskManager) {
    List<Scenario> list =
        List.of(
            new SubmitScenario(
                "1",
                1,
                cluster -> cluster.prepare(Jobs.unconnected(1)),
                Measure.millis("1 task: submission to RUNNING", 40, "206 ms"),
                Measure.millis("1 task: cancel", Double.NaN, "")),
            new SubmitScenario(
                "100",
                100,
                cluster -> cluster.prepare(Jobs.allToAll(100)),
                Measure.millis("100 tasks, all-to-all: submission to RUNNING", 150, "602 ms"),
                Measure.millis("100 tasks, all-to-all: cancel", Double.NaN, "")),
            new SubmitScenario(
                "1000-unconnected",
                1000,
                cluster -> cluster.prepare(Jobs.unconnected(1000)),
                Measure.millis(
                    "1,000 tasks, unconnected: submission to RUNNING", Double.NaN, "1.8 s"),
                Measure.millis("1,000 tasks, unconnected: cancel", Double.NaN, "")),
            new SubmitScenario(
                "1000",
                1000,
                cluster -> cluster.prepare(Jobs.allToAll(1000)),
                Measure.millis(
                    "1,000 tasks, all-to-all: submission to RUNNING",
                    600,
                    "10 of 12 fail; 7.2 s with a raised ask timeout"),
                Measure.millis("1,000 tasks, all-to-all: cancel", 300, "3.2 s")),
            new SubmitScenario(
                "2000",
                2000,
                cluster -> cluster.prepare(Jobs.allToAll(2000)),
                Measure.millis("2,000 tasks, all-to-all: submission to RUNNING", 2000, "fails"),
                Measure.millis("2,000 tasks, all-to-all: cancel", Double.NaN, "")),
            new OneTaskJobsScenario(cluster -> cluster.prepare(Jobs.empty())),
            LossScenario.kill(processes, totalSlots, perTaskManager),
            LossScenario.terminate(processes, totalSlots, perTaskManager));
    Map<String, Scenario> byName = new LinkedHashMap<>();
    list.forEach(scenario -> byName.put(scenario.name(), scenario));
    return byName;
  }

  private void run(Scenario scenario, int totalSlots) throws Exception {
    List<Measure> measures = scenario.measures();
    List<Figures> figures = measures.stream().map(measure -> new Figures()).toList();
    Map<String, Figures> cpu = new LinkedHashMap<>();
    for (int round = -scenario.warmUpRounds(); round < rounds; round++) {
      System.out.print(scenario.name() + (round < 0 ? " warm-up:" : " round " + round + ":"));
      Map<String, Double> cpuBefore = cpuSeconds();
      double[] samples = sample(scenario);
      cluster.awaitFree(totalSlots);
      for (int i = 0; i < samples.length; i++) {
        System.out.printf(
            Locale.ROOT, " %s %s", Measure.number(samples[i]), measures.get(i).unit());
        if (round >= 0) {
          figures.get(i).add(samples[i]);
        }
      }
      Map<String, Double> cpuAfter = scenario.endsProcesses() ? Map.of() : cpuSeconds();
      for (Map.Entry<String, Double> after : cpuAfter.entrySet()) {
        double used = (after.getValue() - cpuBefore.get(after.getKey())) * 1000;
        System.out.printf(Locale.ROOT, ", CPU %s %.0f ms", after.getKey(), used);
        if (round >= 0) {
          cpu.computeIfAbsent(after.getKey(), role -> new Figures()).add(used);
        }
      }
      System.out.println();
    }
    for (int i = 0; i < measures.size(); i++) {
      addRow(measures.get(i), figures.get(i));
    }
    cpu.forEach(
        (role, used) ->
            rows.add(
                String.format(
                    Locale.ROOT,
                    "| %s: CPU time of a round, %s | %.0f ms | | | | |",
                    scenario.name(),
                    role,
                    used.median())));
  }

  private double[] sample(Scenario scenario) throws Exception {
    try {
      return scenario.round(cluster);
    } catch (ClusterException e) {
      throw new IllegalStateException(scenario.name() + " failed: " + e.getMessage(), e);
    }
  }

  private Map<String, Double> cpuSeconds() throws Exception {
    Map<String, Double> used = new LinkedHashMap<>();
    for (String role : ROLES) {
      used.put(role, processes.cpuSeconds(role));
    }
    return used;
  }

  private void addRow(Measure measure, Figures figures) {
    String gate = measure.describeGate();
    boolean met = measure.isMetBy(figures);
    allMet &= met;
    rows.add(
        String.format(
            Locale.ROOT,
            "| %s | %s %s | %s %s | %s | %s | %s |",
            measure.label(),
            Measure.number(figures.median()),
            measure.unit(),
            Measure.number(measure.more() ? figures.p5() : figures.p95()),
            measure.unit(),
            gate,
            gate.isEmpty() ? "" : met ? "yes" : "NO",
            measure.flink()));
  }

  private void print() {
    System.out.println();
    System.out.println("| what | median of " + rounds + " | p95 | gate | kept | Flink 1.20.1 |");
    System.out.println("|---|---|---|---|---|---|");
    rows.forEach(System.out::println);
  }
}
