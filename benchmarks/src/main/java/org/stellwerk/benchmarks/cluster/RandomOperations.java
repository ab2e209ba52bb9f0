package org.stellwerk.benchmarks.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.stellwerk.client.ClusterException;

/**
 * Does random things to a cluster that benchmarks/bin/random-operations.sh has started, and checks
 * again and again what must hold when it has come to rest: every slot is used by exactly the jobs
 * that run, every job that is over ended as it should, with the right result. The operations follow
 * from the seed; when they hit does not.
 */
public final class RandomOperations {

  /** What can be done. */
  private enum Operation {
    SUBMIT_WORDS(35),
    SUBMIT_ENDLESS(20),
    CANCEL(15),
    KILL(6),
    TERMINATE(6),
    FREEZE(8),
    DRAIN(5),
    ADD(10);

    private final int weight;

    Operation(int weight) {
      this.weight = weight;
    }
  }

  private static final int OPERATIONS_BETWEEN_CHECKS = 40;
  private static final int MOST_SLOTS_NEEDED = 7;
  private static final int LONGEST_PAUSE_MS = 250;

  private final BenchmarkCluster cluster;
  private final TrackedJobs jobs;
  private final WorkerFleet workers;
  private final int slotsEach;
  private final Random random;
  private final Map<Operation, Integer> done = new EnumMap<>(Operation.class);

  private RandomOperations(
      BenchmarkCluster cluster,
      TrackedJobs jobs,
      WorkerFleet workers,
      int slotsEach,
      Random random) {
    this.cluster = cluster;
    this.jobs = jobs;
    this.workers = workers;
    this.slotsEach = slotsEach;
    this.random = random;
  }

  /**
   * Runs; exit code 1 if something did not hold.
   *
   * @param args REST address, slots of each TaskManager, number of operations, seed, jars separated
   *     by ':', a text file, a directory for outputs
   */
  public static void main(String[] args) throws Exception {
    int operations = Integer.parseInt(args[2]);
    long seed = Long.parseLong(args[3]);
    Random random = new Random(seed);
    List<Path> jars = List.of(args[4].split(":")).stream().map(Path::of).toList();
    BenchmarkCluster cluster = new BenchmarkCluster(URI.create(args[0]), jars);
    RandomOperations run =
        new RandomOperations(
            cluster,
            new TrackedJobs(cluster, Path.of(args[5]), Path.of(args[6]), random),
            new WorkerFleet(Processes.fromEnvironment(), random),
            Integer.parseInt(args[1]),
            random);
    System.out.println(operations + " operations from seed " + seed);
    try {
      run.run(operations);
      System.out.println("Everything held. " + run.jobs + "; operations " + run.done);
    } catch (WrongOutcomeException | ClusterException | IOException e) {
      System.out.println("FAILED (seed " + seed + "): " + e.getMessage());
      System.exit(1);
    }
  }

  private void run(int operations) throws Exception {
    for (int number = 1; number <= operations; number++) {
      String text = "";
      while (text.isEmpty()) {
        Operation operation = draw();
        text = execute(operation);
        if (!text.isEmpty()) {
          done.merge(operation, 1, Integer::sum);
        }
        workers.thawDue();
      }
      System.out.println(number + ": " + text);
      Thread.sleep(random.nextInt(LONGEST_PAUSE_MS));
      workers.thawDue();
      jobs.update();
      if (number % OPERATIONS_BETWEEN_CHECKS == 0) {
        checkAtRest();
      }
    }
    workers.thawAll();
    jobs.end();
    checkAtRest();
  }

  private Operation draw() {
    int sum = 0;
    for (Operation each : Operation.values()) {
      sum += each.weight;
    }
    int drawn = random.nextInt(sum);
    for (Operation each : Operation.values()) {
      drawn -= each.weight;
      if (drawn < 0) {
        return each;
      }
    }
    throw new IllegalStateException("The weights do not add up");
  }

  /** What was done, or "" if it cannot be done now. */
  private String execute(Operation operation) throws Exception {
    boolean room = jobs.neededSlots() + 3 <= MOST_SLOTS_NEEDED;
    return switch (operation) {
      case SUBMIT_WORDS -> room ? jobs.submitWords() : "";
      case SUBMIT_ENDLESS -> room ? jobs.submitEndless() : "";
      case CANCEL -> jobs.cancelAny();
      case KILL -> workers.end("KILL");
      case TERMINATE -> workers.end("TERM");
      case FREEZE -> workers.freeze();
      case DRAIN -> workers.drain(cluster);
      case ADD -> workers.add();
    };
  }

  private void checkAtRest() throws Exception {
    workers.thawAll();
    jobs.awaitQuiet();
    int total = workers.size() * slotsEach;
    int free = total - jobs.neededSlots();
    JsonNode overview =
        cluster.await(
            "/overview",
            total + " slots, " + free + " of them free; " + jobs,
            answer ->
                answer.path("slots-total").asInt() == total
                    && answer.path("slots-available").asInt() == free);
    System.out.println("At rest: " + overview + "; " + jobs);
  }
}
