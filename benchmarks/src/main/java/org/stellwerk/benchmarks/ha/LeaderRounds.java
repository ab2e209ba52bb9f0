package org.stellwerk.benchmarks.ha;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.stellwerk.benchmarks.cluster.WrongOutcomeException;
import org.stellwerk.client.ClusterException;

/**
 * Random ends of the leader and restarts of ZooKeeper under three jobs and a client that goes on
 * submitting, listing and cancelling. After each round every job must run, untouched; at the end
 * every acknowledged submission must be there, once. What is done follows from the seed; when it
 * hits does not.
 */
public final class LeaderRounds {

  private static final int JOBS = 3;
  private static final int PAIRS = 4;
  private static final long CLIENT_PAUSE_MS = 1_000;
  private static final int LONGEST_PAUSE_MS = 5_000;
  private static final int LONGEST_OUTAGE_MS = 12_000;
  private static final long SETTLED_MS = 3_000;

  /** What is done in a round. */
  private enum Fault {
    LEADER_KILLED,
    LEADER_ASKED_TO_END,
    ZOOKEEPER_RESTARTED,
    LEADER_KILLED_WHILE_ZOOKEEPER_IS_AWAY
  }

  private final HaCluster cluster;
  private final Random random;
  private final List<TickerRun> jobs = new ArrayList<>();
  private int failed;

  private LeaderRounds(HaCluster cluster, Random random) {
    this.cluster = cluster;
    this.random = random;
  }

  /**
   * Runs; exit code 1 if something did not hold.
   *
   * @param args the installation, a directory for what the cluster writes, the first port, the
   *     number of rounds, the seed
   */
  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[3]);
    long seed = Long.parseLong(args[4]);
    System.out.println(rounds + " rounds from seed " + seed);
    int failed;
    try (HaCluster cluster =
        HaCluster.start(
            Layout.withJobManagers(2),
            Path.of(args[0]),
            Path.of(args[1]).resolve("rounds"),
            Integer.parseInt(args[2]))) {
      LeaderRounds run = new LeaderRounds(cluster, new Random(seed));
      run.run(rounds);
      failed = run.failed;
    }
    System.out.println(
        failed == 0
            ? "Everything held in " + rounds + " rounds."
            : failed + " FAILED (seed " + seed + ")");
    System.exit(failed == 0 ? 0 : 1);
  }

  private void run(int rounds) throws Exception {
    for (int i = 0; i < JOBS; i++) {
      jobs.add(TickerRun.start(cluster, "ticker-" + i, PAIRS, i == 0));
    }
    try (ClientLoop client = ClientLoop.start(cluster, CLIENT_PAUSE_MS)) {
      for (int round = 1; round <= rounds; round++) {
        Report report = new Report();
        try {
          round(report);
        } catch (IOException | ClusterException | WrongOutcomeException e) {
          report.fail(e.getMessage());
          cluster.startMissing();
        }
        print("round " + round, report);
      }
      Report report = new Report();
      client.end(report);
      for (TickerRun job : jobs) {
        job.end(report);
      }
      print("end", report);
    }
  }

  private void print(String what, Report report) {
    System.out.println(what + ": " + report);
    failed += report.isOk() ? 0 : 1;
  }

  private void round(Report report) throws IOException, InterruptedException {
    for (TickerRun job : jobs) {
      job.mark();
    }
    Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
    int pauseMs = random.nextInt(LONGEST_PAUSE_MS);
    int outageMs = random.nextInt(LONGEST_OUTAGE_MS);
    long before = System.currentTimeMillis();
    report.note(inject(fault, pauseMs, outageMs));
    cluster.startMissing();
    Thread.sleep(SETTLED_MS);
    for (TickerRun job : jobs) {
      job.awaitRunning(cluster.rest());
      Report single = new Report();
      job.checkUntouched(single, before);
      report.note("job: " + single);
      if (!single.isOk()) {
        report.fail("job " + job.jobId());
      }
    }
  }

  /** What was done. */
  private String inject(Fault fault, int pauseMs, int outageMs)
      throws IOException, InterruptedException {
    Node leader = cluster.leadership().current().jobManager();
    Node zooKeeper = cluster.zooKeepers().get(0);
    switch (fault) {
      case LEADER_KILLED -> {
        leader.end("KILL");
        Thread.sleep(pauseMs);
        return "KILL of " + leader + ", started again after " + pauseMs + " ms";
      }
      case LEADER_ASKED_TO_END -> {
        leader.end("TERM");
        Thread.sleep(pauseMs);
        return "TERM of " + leader + ", started again after " + pauseMs + " ms";
      }
      case ZOOKEEPER_RESTARTED -> {
        zooKeeper.end("KILL");
        Thread.sleep(outageMs);
        return "KILL of ZooKeeper, started again after " + outageMs + " ms";
      }
      case LEADER_KILLED_WHILE_ZOOKEEPER_IS_AWAY -> {
        zooKeeper.end("KILL");
        Thread.sleep(outageMs / 2);
        leader.end("KILL");
        Thread.sleep(outageMs / 2);
        zooKeeper.start();
        Thread.sleep(pauseMs);
        return "KILL of ZooKeeper for "
            + outageMs
            + " ms, meanwhile of "
            + leader
            + ", started again "
            + pauseMs
            + " ms later";
      }
    }
    throw new IllegalStateException("No such fault: " + fault);
  }
}
