package org.stellwerk.benchmarks.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/**
 * The jobs of a run of random operations: what was submitted, what was cancelled, and what each has
 * to end as. A job that counts words has to end well with the right counts, whatever befell the
 * TaskManagers meanwhile; one that never ends by itself has to end as CANCELED once it is asked to.
 */
final class TrackedJobs {

  private static final long RETRY_PAUSE_MS = 100;

  private enum Kind {
    WORDS,
    ENDLESS
  }

  private record Tracked(JobGraph graph, Kind kind, Path output) {
    JobID id() {
      return graph.jobId();
    }

    int slots() {
      return graph.requiredSlots();
    }
  }

  private final BenchmarkCluster cluster;
  private final Path input;
  private final Path outputs;
  private final Random random;
  private final List<Tracked> open = new ArrayList<>();
  private final List<JobID> cancelled = new ArrayList<>();
  private final Map<String, Long> expectedCounts;
  private int submitted;
  private int finished;
  private int canceled;

  TrackedJobs(BenchmarkCluster cluster, Path input, Path outputs, Random random)
      throws IOException {
    this.cluster = cluster;
    this.input = input;
    this.outputs = outputs;
    this.random = random;
    this.expectedCounts = countWords(input);
  }

  private static Map<String, Long> countWords(Path file) throws IOException {
    Map<String, Long> counts = new HashMap<>();
    for (String word : Files.readString(file).toLowerCase(Locale.ROOT).split("[^a-z]+")) {
      if (!word.isEmpty()) {
        counts.merge(word, 1L, Long::sum);
      }
    }
    return counts;
  }

  /** Slots that the jobs which are not over need. */
  int neededSlots() {
    return open.stream().mapToInt(Tracked::slots).sum();
  }

  String submitWords() throws InterruptedException {
    Path output = outputs.resolve("words-" + submitted);
    JobGraph graph = Jobs.wordCount(input, output, 1 + random.nextInt(3));
    return submit(new Tracked(graph, Kind.WORDS, output));
  }

  String submitEndless() throws InterruptedException {
    JobGraph graph = Jobs.allToAll(2 * (1 + random.nextInt(3)));
    return submit(new Tracked(graph, Kind.ENDLESS, outputs));
  }

  private String submit(Tracked job) throws InterruptedException {
    cluster.submitSurely(job.graph());
    submitted++;
    open.add(job);
    return "submit " + job.graph().name() + " " + job.id();
  }

  /** Cancels one; "" if there is none that was not, or no leader to ask. */
  String cancelAny() throws IOException, InterruptedException {
    List<Tracked> candidates = open.stream().filter(job -> !cancelled.contains(job.id())).toList();
    if (candidates.isEmpty()) {
      return "";
    }
    Tracked job = candidates.get(random.nextInt(candidates.size()));
    return cancel(job) ? "cancel " + job.id() : "";
  }

  private boolean cancel(Tracked job) throws IOException, InterruptedException {
    try {
      cluster.cancel(job.id());
    } catch (NoLeaderException e) {
      return false;
    }
    cancelled.add(job.id());
    return true;
  }

  /** Looks which have ended, and whether as they should. */
  void update() throws IOException, InterruptedException {
    for (Tracked job : List.copyOf(open)) {
      String state;
      try {
        state = cluster.job(job.id()).path("state").asText();
      } catch (NoLeaderException e) {
        return;
      }
      if (Set.of("FINISHED", "CANCELED", "FAILED").contains(state)) {
        open.remove(job);
        check(job, state);
      }
    }
  }

  private void check(Tracked job, String state) throws IOException, InterruptedException {
    boolean wasCancelled = cancelled.contains(job.id());
    if (state.equals("CANCELED") && wasCancelled) {
      canceled++;
      return;
    }
    if (!state.equals("FINISHED") || job.kind() == Kind.ENDLESS) {
      JsonNode why = cluster.get("/jobs/" + job.id() + "/exceptions");
      throw new WrongOutcomeException(
          "Job " + job.id() + " (" + job.graph().name() + ") ended as " + state + ": " + why);
    }
    finished++;
    Map<String, Long> counted = readCounts(job.output());
    if (!counted.equals(expectedCounts)) {
      throw new WrongOutcomeException(
          "Job "
              + job.id()
              + " counted "
              + counted.size()
              + " words, "
              + counted.values().stream().mapToLong(Long::longValue).sum()
              + " in all; expected "
              + expectedCounts.size()
              + " and "
              + expectedCounts.values().stream().mapToLong(Long::longValue).sum());
    }
  }

  private static Map<String, Long> readCounts(Path directory) throws IOException {
    Map<String, Long> counts = new HashMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        for (String line : Files.readAllLines(file)) {
          String[] parts = line.split(" ");
          counts.merge(parts[0], Long.parseLong(parts[1]), Long::sum);
        }
      }
    }
    return counts;
  }

  /** Waits until those that end by themselves have ended, and all tasks of the others run. */
  void awaitQuiet() throws IOException, InterruptedException {
    for (Tracked job : List.copyOf(open)) {
      cluster.await(
          "/jobs/" + job.id(),
          "job " + job.id() + " (" + job.graph().name() + ") over, or running",
          answer -> isQuiet(job, answer));
    }
    update();
  }

  private boolean isQuiet(Tracked job, JsonNode answer) {
    String state = answer.path("state").asText();
    boolean over = Set.of("FINISHED", "CANCELED", "FAILED").contains(state);
    return over
        || (job.kind() == Kind.ENDLESS
            && !cancelled.contains(job.id())
            && state.equals("RUNNING")
            && BenchmarkCluster.tasksIn(answer, "RUNNING") == job.graph().totalSubtasks());
  }

  /** Ends what does not end by itself, and waits for all. */
  void end() throws IOException, InterruptedException {
    for (Tracked job : open) {
      while (job.kind() == Kind.ENDLESS && !cancelled.contains(job.id()) && !cancel(job)) {
        Thread.sleep(RETRY_PAUSE_MS);
      }
    }
    awaitQuiet();
    if (!open.isEmpty()) {
      throw new WrongOutcomeException(open.size() + " jobs are not over");
    }
  }

  @Override
  public String toString() {
    return submitted
        + " jobs: "
        + finished
        + " finished with the right counts, "
        + canceled
        + " canceled, "
        + open.size()
        + " not over";
  }
}
