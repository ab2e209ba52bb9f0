package org.stellwerk.benchmarks.cluster;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The paths of a job on our cluster and on Flink's, by turns, through the same client, which asks
 * both the same questions; benchmarks/bin/jobs-compared.sh starts both. A gate is the ratio that a
 * figure and Flink's have on the machine that the gates come from, so that it holds on any machine.
 * Prints each round and a table; exit code 1 if a gate is not kept.
 */
public final class JobsCompared {

  /**
   * While it cancels 1,000 tasks on a busy machine, Flink may not answer for more than a minute.
   */
  private static final Duration PEERS_ANSWER = Duration.ofMinutes(5);

  /**
   * One line of the table.
   *
   * @param sample which of the samples of a round
   * @param gate what is asked of us where Flink needs what peer says
   */
  private record Row(String label, int sample, double gate, double peer, boolean more) {

    static Row millis(String label, int sample, double gate, double peer) {
      return new Row(label, sample, gate, peer, false);
    }

    boolean isKept(double ratio) {
      return more ? ratio >= gate / peer : ratio <= gate / peer;
    }
  }

  private record Comparison(Scenario ours, Scenario peers, List<Row> rows) {}

  private final BenchmarkCluster ours;
  private final BenchmarkCluster peer;
  private final PeerJobs peerJobs;
  private final int rounds;
  private boolean allKept = true;

  private JobsCompared(
      BenchmarkCluster ours, BenchmarkCluster peer, PeerJobs peerJobs, int rounds) {
    this.ours = ours;
    this.peer = peer;
    this.peerJobs = peerJobs;
    this.rounds = rounds;
  }

  /**
   * Compares.
   *
   * @param args our REST address, Flink's, slots of each cluster, number of rounds, our jars
   *     separated by ':', Flink's jar, the directory of Flink's jobs
   */
  public static void main(String[] args) throws Exception {
    URI peerAddress = URI.create(args[1]);
    int slots = Integer.parseInt(args[2]);
    List<Path> jars = Stream.of(args[4].split(":")).map(Path::of).toList();
    JobsCompared compared =
        new JobsCompared(
            new BenchmarkCluster(URI.create(args[0]), jars),
            new BenchmarkCluster(peerAddress, List.of(), PEERS_ANSWER),
            new PeerJobs(peerAddress, Path.of(args[6]), Path.of(args[5])),
            Integer.parseInt(args[3]));
    compared.awaitFree(slots);
    List<String> table = new ArrayList<>();
    for (Comparison comparison : compared.comparisons()) {
      table.addAll(compared.run(comparison, slots));
    }
    System.out.println();
    System.out.println(
        "| what, medians of " + compared.rounds + " | ours | Flink 1.20.1 | ratio | gate | kept |");
    System.out.println("|---|---|---|---|---|---|");
    table.forEach(System.out::println);
    System.exit(compared.allKept ? 0 : 1);
  }

  private List<Comparison> comparisons() {
    return List.of(
        submissions(
            new SubmitScenario("1", 1, cluster -> cluster.prepare(Jobs.unconnected(1))),
            Row.millis("1 task: submission to RUNNING", 0, 40, 206)),
        submissions(
            new SubmitScenario("100", 100, cluster -> cluster.prepare(Jobs.allToAll(100))),
            Row.millis("100 tasks, all-to-all: submission to RUNNING", 0, 150, 602)),
        submissions(
            new SubmitScenario("1000", 1000, cluster -> cluster.prepare(Jobs.allToAll(1000))),
            Row.millis("1,000 tasks, all-to-all: submission to RUNNING", 0, 600, 7200),
            Row.millis("1,000 tasks, all-to-all: cancel to all terminal", 1, 300, 3200)),
        new Comparison(
            new OneTaskJobsScenario(cluster -> cluster.prepare(Jobs.empty())),
            new OneTaskJobsScenario(cluster -> peerJobs.next("jobs")),
            List.of(new Row("one-task jobs, one after the other, a second", 0, 40, 9, true))));
  }

  private Comparison submissions(SubmitScenario scenario, Row... rows) {
    String kind = scenario.name();
    return new Comparison(
        scenario,
        new SubmitScenario(kind, Integer.parseInt(kind), cluster -> peerJobs.next(kind)),
        List.of(rows));
  }

  private List<String> run(Comparison comparison, int slots) throws Exception {
    List<double[]> oursBy = new ArrayList<>();
    List<double[]> peersBy = new ArrayList<>();
    for (int round = -comparison.ours().warmUpRounds(); round < rounds; round++) {
      System.out.printf(
          Locale.ROOT,
          "%s %s:",
          comparison.ours().name(),
          round < 0 ? "warm-up" : "round " + round);
      double[] own = round("ours", comparison.ours(), ours);
      double[] other = round("Flink", comparison.peers(), peer);
      awaitFree(slots);
      System.out.println();
      if (round >= 0) {
        oursBy.add(own);
        peersBy.add(other);
      }
    }
    return comparison.rows().stream().map(row -> line(row, oursBy, peersBy)).toList();
  }

  private static double[] round(String who, Scenario scenario, BenchmarkCluster cluster)
      throws Exception {
    System.out.print(" " + who);
    double[] samples = scenario.round(cluster);
    for (double sample : samples) {
      System.out.printf(Locale.ROOT, " %.0f", sample);
    }
    System.out.print(";");
    return samples;
  }

  private String line(Row row, List<double[]> oursBy, List<double[]> peersBy) {
    double own = median(row, oursBy);
    double other = median(row, peersBy);
    boolean kept = row.isKept(own / other);
    allKept &= kept;
    String unit = row.more() ? "" : " ms";
    return String.format(
        Locale.ROOT,
        "| %s | %.0f%s | %.0f%s | %.2f | at %s %.2f (%.0f/%.0f) | %s |",
        row.label(),
        own,
        unit,
        other,
        unit,
        own / other,
        row.more() ? "least" : "most",
        row.gate() / row.peer(),
        row.gate(),
        row.peer(),
        kept ? "yes" : "NO");
  }

  private static double median(Row row, List<double[]> rounds) {
    Figures figures = new Figures();
    rounds.forEach(samples -> figures.add(samples[row.sample()]));
    return figures.median();
  }

  private void awaitFree(int slots) throws IOException, InterruptedException {
    ours.awaitFree(slots);
    peer.awaitFree(slots);
  }
}
