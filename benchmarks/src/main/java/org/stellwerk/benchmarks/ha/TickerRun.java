package org.stellwerk.benchmarks.ha;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.stellwerk.benchmarks.cluster.Jobs;
import org.stellwerk.benchmarks.ha.Subtasks.Subtask;
import org.stellwerk.examples.TickLog;
import org.stellwerk.runtime.jobgraph.JobGraph;

/**
 * A ticker job that runs on a cluster while faults are injected: what it was before a fault is
 * compared with what it is afterwards, by REST and by what it has written.
 */
final class TickerRun {

  private static final int INTERVAL_MS = 10;
  private static final long BEFORE_MS = 1_000;

  private final HaCluster cluster;
  private final Path output;
  private final int pairs;
  private final String jobId;
  private List<Subtask> subtasksBefore = List.of();
  private TickLog ticksBefore;

  private TickerRun(HaCluster cluster, Path output, int pairs, String jobId) throws IOException {
    this.cluster = cluster;
    this.output = output;
    this.pairs = pairs;
    this.jobId = jobId;
    this.ticksBefore = TickLog.read(output, pairs);
  }

  /** Submits the job, and returns when all its tasks run and all its sources have been heard of. */
  static TickerRun start(HaCluster cluster, String name, int pairs, boolean independent)
      throws IOException, InterruptedException {
    Path output = cluster.outputs(name);
    JobGraph graph = Jobs.ticker(pairs, INTERVAL_MS, output, independent);
    new JobClient(cluster.rest().addresses()).submitSurely(graph);
    TickerRun run = new TickerRun(cluster, output, pairs, graph.jobId().toString());
    run.awaitRunning(cluster.rest());
    while (run.ticks().sources().size() < pairs) {
      Thread.sleep(INTERVAL_MS);
    }
    return run;
  }

  String jobId() {
    return jobId;
  }

  TickLog ticks() throws IOException {
    return TickLog.read(output, pairs);
  }

  void awaitRunning(RestView rest) throws IOException, InterruptedException {
    rest.await(
        "/jobs/" + jobId,
        "all tasks of job " + jobId + " run",
        job -> {
          int running = 0;
          for (var vertex : job.path("vertices")) {
            running += vertex.path("tasks").path("RUNNING").asInt();
          }
          return job.path("state").asText().equals("RUNNING") && running == 2 * pairs;
        });
  }

  /** Remembers how it is before a fault. */
  void mark() throws IOException, InterruptedException {
    awaitRunning(cluster.rest());
    subtasksBefore = Subtasks.of(cluster.rest(), jobId);
    ticksBefore = ticks();
  }

  List<Subtask> subtasksBefore() {
    return subtasksBefore;
  }

  /**
   * Checks that no task was started again since the mark, and that nothing is missing or double.
   */
  void checkUntouched(Report report, long faultAtMillis) throws IOException, InterruptedException {
    checkUntouched(report, faultAtMillis, ticksBefore.sources());
  }

  /**
   * Checks this for some pairs of source and sink.
   *
   * @param indexes all of them, unless each source has a sink of its own
   */
  void checkUntouched(Report report, long faultAtMillis, Set<Integer> indexes)
      throws IOException, InterruptedException {
    long now = System.currentTimeMillis(); // reading takes the longer, the longer the job has run
    TickLog ticks = ticks();
    report.time("largest gap", largestGap(ticks, indexes, faultAtMillis, now));
    report.time(
        "largest gap of the second before",
        largestGap(ticks, indexes, faultAtMillis - BEFORE_MS, faultAtMillis));
    report.expectNone("source restarts", sum(indexes, ticks::restarts, ticksBefore::restarts));
    report.expectNone("attempts changed", attemptsChanged(indexes));
    report.expectNone("records lost", sum(indexes, ticks::lost, ticksBefore::lost));
    // One that began anew in an earlier round goes on repeating what it sent before that.
    Set<Integer> neverAnew = new TreeSet<>(indexes);
    neverAnew.removeIf(source -> ticksBefore.restarts(source) > 0);
    report.expectNone(
        "records twice", sum(neverAnew, ticks::writtenTwice, ticksBefore::writtenTwice));
  }

  /** How often the source began anew since the mark. */
  int startsSinceMark(int source) throws IOException {
    return ticks().restarts(source) - ticksBefore.restarts(source);
  }

  private long largestGap(TickLog ticks, Set<Integer> indexes, long from, long to) {
    if (indexes.size() == pairs) {
      return ticks.largestGapMs(from, to);
    }
    return indexes.stream().mapToLong(index -> ticks.largestGapMs(index, from, to)).max().orElse(0);
  }

  private interface Count {
    int of(int source);
  }

  private static int sum(Set<Integer> sources, Count after, Count before) {
    return sources.stream().mapToInt(source -> after.of(source) - before.of(source)).sum();
  }

  private int attemptsChanged(Set<Integer> indexes) throws IOException, InterruptedException {
    List<String> now = attempts(Subtasks.of(cluster.rest(), jobId), indexes);
    List<String> before = attempts(subtasksBefore, indexes);
    int changed = Math.max(before.size(), now.size()) - Math.min(before.size(), now.size());
    for (int i = 0; i < Math.min(before.size(), now.size()); i++) {
      changed += before.get(i).equals(now.get(i)) ? 0 : 1;
    }
    return changed;
  }

  private static List<String> attempts(List<Subtask> subtasks, Set<Integer> indexes) {
    List<String> attempts = new ArrayList<>();
    for (Subtask each : subtasks) {
      if (indexes.contains(each.index())) {
        attempts.add(each.vertex() + " " + each.index() + " #" + each.attempt());
      }
    }
    return attempts;
  }

  /** Cancels it, and checks that it ends so. */
  void end(Report report) throws IOException, InterruptedException {
    cluster.rest().cancel(jobId);
    String state =
        cluster
            .rest()
            .await(
                "/jobs/" + jobId,
                "the end of job " + jobId,
                job -> job.path("end-time").asLong() > 0)
            .path("state")
            .asText();
    if (!state.equals("CANCELED")) {
      report.fail("the job ended as " + state + " when it was cancelled");
    }
  }
}
