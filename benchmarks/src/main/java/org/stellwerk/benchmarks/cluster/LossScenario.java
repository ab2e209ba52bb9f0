package org.stellwerk.benchmarks.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Random;

/**
 * The end of a TaskManager under a job of which every task restarts (100 tasks, all-to-all), while
 * the others have slots to spare. When it was noticed is when the job became RESTARTING, by the
 * JobManager's clock; when the slots were gone is asked for every 2 ms.
 */
final class LossScenario implements Scenario {

  private static final int TASKS = 100;
  private static final long PAUSE_MS = 2;
  private static final long PATIENCE_MS = 60_000;

  private final String name;
  private final String signal;
  private final List<Measure> measures;
  private final Processes processes;
  private final int totalSlots;
  private final int slotsPerTaskManager;
  private final Random random = new Random(1);

  private LossScenario(
      String name, String signal, List<Measure> measures, Processes processes, int[] slots) {
    this.name = name;
    this.signal = signal;
    this.measures = measures;
    this.processes = processes;
    this.totalSlots = slots[0];
    this.slotsPerTaskManager = slots[1];
  }

  static LossScenario kill(Processes processes, int totalSlots, int perTaskManager) {
    return new LossScenario(
        "kill",
        "KILL",
        List.of(
            Measure.millis(
                    "kill -9 of a TaskManager: all tasks RUNNING again",
                    500,
                    "19.2 s; 1.06 s tuned")
                .withP95Gate(1000),
            Measure.millis("kill -9 of a TaskManager: noticed", 300, ""),
            Measure.millis("kill -9 of a TaskManager: its slots are gone", Double.NaN, "5-20 s")),
        processes,
        new int[] {totalSlots, perTaskManager});
  }

  static LossScenario terminate(Processes processes, int totalSlots, int perTaskManager) {
    return new LossScenario(
        "term",
        "TERM",
        List.of(
            Measure.millis("SIGTERM of a TaskManager: all tasks RUNNING elsewhere", 500, ""),
            Measure.millis("SIGTERM of a TaskManager: noticed", Double.NaN, ""),
            Measure.millis("SIGTERM of a TaskManager: its slots are gone", 200, "")),
        processes,
        new int[] {totalSlots, perTaskManager});
  }

  @Override
  public boolean endsProcesses() {
    return true;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Measure> measures() {
    return measures;
  }

  @Override
  public int warmUpRounds() {
    return 2;
  }

  @Override
  public double[] round(BenchmarkCluster cluster) throws Exception {
    PreparedJob job = cluster.prepare(Jobs.allToAll(TASKS));
    cluster.submit(job);
    cluster.awaitRunning(job.jobId(), TASKS);
    long victim = processes.anyTaskManager(random);
    long before = System.currentTimeMillis();
    Processes.signal(victim, signal);
    long slotsGone = awaitSlotsGone(cluster, before) - before;
    JsonNode again =
        cluster.await(
            "/jobs/" + job.jobId(),
            "the restart",
            now -> now.path("timestamps").path("RESTARTING").asLong() >= before);
    long noticed = again.path("timestamps").path("RESTARTING").asLong() - before;
    JsonNode runs = cluster.awaitRunning(job.jobId(), TASKS);
    long running = cluster.lastEntered(runs, "RUNNING") - before;
    cluster.cancel(job.jobId());
    cluster.awaitState(job.jobId(), "CANCELED");
    Processes.awaitEnd(victim); // one that is asked to end may yet write its class archive
    processes.startTaskManager();
    cluster.awaitFree(totalSlots);
    return new double[] {running, noticed, slotsGone};
  }

  private long awaitSlotsGone(BenchmarkCluster cluster, long since) throws Exception {
    while (cluster.get("/overview").path("slots-total").asInt()
        > totalSlots - slotsPerTaskManager) {
      if (System.currentTimeMillis() - since > PATIENCE_MS) {
        throw new IllegalStateException("The slots are still there after " + PATIENCE_MS + " ms");
      }
      Thread.sleep(PAUSE_MS);
    }
    return System.currentTimeMillis();
  }
}
