package org.stellwerk.benchmarks.scale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prints what it costs to deploy and cancel all-to-all jobs of growing size, per step and per task,
 * and what heartbeats cost.
 */
public final class ScaleBenchmark {

  private static final int SLOTS = 10;
  private static final Duration HEARTBEAT_TIME = Duration.ofSeconds(10);

  private ScaleBenchmark() {}

  /**
   * Runs all.
   *
   * @param args "deployment" or "heartbeats", then numbers of TaskExecutors
   */
  public static void main(String[] args) {
    List<Integer> sizes = new ArrayList<>();
    for (int i = 1; i < args.length; i++) {
      sizes.add(Integer.parseInt(args[i]));
    }
    switch (args[0]) {
      case "deployment" -> deployment(sizes);
      case "heartbeats" -> sizes.forEach(ScaleBenchmark::heartbeats);
      default -> throw new IllegalArgumentException("Expected deployment or heartbeats");
    }
  }

  private static void deployment(List<Integer> sizes) {
    ScaleRun.deployment(sizes.get(0), SLOTS); // warm-up
    System.out.println(
        "| TaskExecutors x slots | tasks | step | CPU s | µs per task | messages per task | KB"
            + " allocated per task |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (int taskExecutors : sizes) {
      int tasks = taskExecutors * SLOTS;
      double total = 0;
      for (Cost cost : ScaleRun.deployment(taskExecutors, SLOTS)) {
        total += cost.cpuSeconds();
        System.out.printf(
            Locale.ROOT,
            "| %d x %d | %d | %s | %.2f | %.0f | %.1f | %.1f |%n",
            taskExecutors,
            SLOTS,
            tasks,
            cost.step(),
            cost.cpuSeconds(),
            cost.cpuSeconds() * 1e6 / tasks,
            (double) cost.messages() / tasks,
            cost.allocatedBytes() / 1024.0 / tasks);
      }
      System.out.printf(
          Locale.ROOT,
          "| %d x %d | %d | all | %.2f | %.0f | | |%n",
          taskExecutors,
          SLOTS,
          tasks,
          total,
          total * 1e6 / tasks);
    }
  }

  private static void heartbeats(int taskExecutors) {
    ScaleRun.heartbeats(Math.min(taskExecutors, 500), SLOTS, HEARTBEAT_TIME); // warm-up
    List<Cost> costs = ScaleRun.heartbeats(taskExecutors, SLOTS, HEARTBEAT_TIME);
    Cost beats = costs.get(costs.size() - 1);
    double heartbeats = (double) taskExecutors * HEARTBEAT_TIME.toSeconds();
    System.out.printf(
        Locale.ROOT,
        "%d TaskExecutors with %d slots: %.1f µs of CPU per heartbeat, both ends and the encoding"
            + " of both messages included; at one heartbeat a second %.2f of a core.%n",
        taskExecutors,
        SLOTS,
        beats.cpuSeconds() * 1e6 / heartbeats,
        beats.cpuSeconds() / HEARTBEAT_TIME.toSeconds());
  }
}
