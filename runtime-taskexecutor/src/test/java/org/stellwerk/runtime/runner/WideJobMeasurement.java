package org.stellwerk.runtime.runner;

import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.stellwerk.runtime.jobgraph.ShipStrategy;

/**
 * Not a test: prints what the channels of a job of 500 x 500 tasks on three TaskExecutors in one
 * process cost, to set up and to leave again: CPU time, and what of them stays on the heap.
 */
public final class WideJobMeasurement {

  private static final int WIDTH = 500;
  private static final int RUNNERS = 3;

  private WideJobMeasurement() {}

  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 12;
    try (TestRunners runners = new TestRunners(Files.createTempDirectory("wide")).start(RUNNERS)) {
      for (int round = 0; round < rounds; round++) {
        measure(runners, round);
      }
    }
  }

  private static void measure(TestRunners runners, int round) {
    TestJob job = runners.job();
    job.names = List.of("tm-0", "tm-1", "tm-2");
    job.vertex("source", WIDTH, Invokables.Idle.class)
        .vertex("sink", WIDTH, Invokables.Sink.class)
        .edge("source", "sink", ShipStrategy.HASH);
    List<TestJob.Placed> tasks = new ArrayList<>();
    for (String name : List.of("source", "sink")) {
      for (int i = 0; i < WIDTH; i++) {
        tasks.add(job.prepared(name, i));
      }
    }
    long heapBefore = usedHeap();
    long start = cpuMillis();
    tasks.forEach(TestJob.Placed::deploy);
    awaitOpenChannels(runners, 2 * remoteChannels());
    long opened = cpuMillis();
    long heap = usedHeap() - heapBefore;
    long leaving = cpuMillis();
    job.cancelAll();
    job.awaitAll();
    awaitOpenChannels(runners, 0);
    long left = cpuMillis();
    System.out.printf(
        "round %d: %d ms of CPU to open, %d to leave; %d bytes of heap a channel, tasks included%n",
        round, opened - start, left - leaving, heap / (WIDTH * WIDTH));
  }

  /** Those of two tasks that share no TaskExecutor. */
  private static int remoteChannels() {
    int same = 0;
    for (int runner = 0; runner < RUNNERS; runner++) {
      int tasks = (WIDTH - runner + RUNNERS - 1) / RUNNERS;
      same += tasks * tasks;
    }
    return WIDTH * WIDTH - same;
  }

  private static void awaitOpenChannels(TestRunners runners, int count) {
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> openChannels(runners) == count && waiting(runners) == 0);
  }

  private static int openChannels(TestRunners runners) {
    return runners.all.stream().mapToInt(each -> each.exchange().openRemoteChannels()).sum();
  }

  private static int waiting(TestRunners runners) {
    return runners.all.stream().mapToInt(each -> each.exchange().waitingRequests()).sum();
  }

  private static long cpuMillis() {
    return CpuTime.nanos() / 1_000_000;
  }

  private static long usedHeap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
