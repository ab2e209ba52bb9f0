package org.stellwerk.simulation.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.stellwerk.simulation.schedule.Schedule;
import org.stellwerk.simulation.schedule.Shrinker;

/**
 * Tells a person about runs: progress while they go on, then a summary, then for each kind of
 * failure the schedule of its lowest seed, shrunk and saved. Not thread-safe.
 */
final class Report {

  private static final long PROGRESS_NANOS = 5_000_000_000L;
  private static final int SHRINK_ATTEMPTS = 1_500;
  private static final int SEEDS_SHOWN = 10;

  private final PrintStream out;
  private final Path directory;
  private final Function<Schedule, RunResult> runner;
  private final long begin = System.nanoTime();
  private long lastProgress = begin;
  private int runs;
  private int failed;

  /**
   * A report that has not begun.
   *
   * @param directory where schedules are saved
   * @param runner runs candidates while a schedule is made smaller
   */
  Report(PrintStream out, Path directory, Function<Schedule, RunResult> runner) {
    this.out = out;
    this.directory = directory;
    this.runner = runner;
  }

  /** A run of many has ended. */
  void onResult(RunResult result) {
    runs++;
    if (result.failure().isPresent()) {
      failed++;
      Failure failure = result.failure().get();
      out.println(
          "Seed " + result.schedule().seed() + ": " + failure.kind() + ": " + failure.message());
    }
    long now = System.nanoTime();
    if (now - lastProgress >= PROGRESS_NANOS) {
      lastProgress = now;
      out.printf(
          Locale.ROOT,
          "%,d runs, %,d failed, %,.0f runs/min%n",
          runs,
          failed,
          runs * 60e9 / (now - begin));
    }
  }

  void printSummary(Summary summary) {
    double seconds = (System.nanoTime() - begin) / 1e9;
    out.printf(
        Locale.ROOT,
        "%,d runs, %,d failed, in %.1f s: %,.0f runs/min, %,.0f events/s%n",
        summary.runs(),
        summary.failures().size(),
        seconds,
        summary.runs() * 60 / seconds,
        summary.events() / seconds);
    out.printf(
        Locale.ROOT,
        "Per run: %,d events, %.1f s of virtual time%n",
        summary.events() / summary.runs(),
        summary.virtualTime().toMillis() / 1e3 / summary.runs());
    printCpuTime("of the runs", summary.cpuTime(), summary.events());
    ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .ifPresent(all -> printCpuTime("with start, compiler and GC", all, summary.events()));
    out.println(
        "Runs by number of processes: "
            + summary.runsByNodes().entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .collect(Collectors.joining(", ")));
    summary.coverage().counts().forEach((name, count) -> out.printf("  %-44s %,d%n", name, count));
  }

  private void printCpuTime(String what, Duration time, long events) {
    if (!time.isZero()) {
      double seconds = time.toNanos() / 1e9;
      out.printf(
          Locale.ROOT,
          "CPU time %s: %.1f s, %,.0f events per second of it%n",
          what,
          seconds,
          events / seconds);
    }
  }

  /** Shrinks and saves one failure of each kind. */
  void printFailures(Summary summary) throws IOException {
    Map<String, List<RunResult>> byKind = new LinkedHashMap<>();
    summary.failures().stream()
        .sorted(Comparator.comparingLong(result -> result.schedule().seed()))
        .forEach(
            result ->
                byKind
                    .computeIfAbsent(result.failure().orElseThrow().kind(), k -> new ArrayList<>())
                    .add(result));
    for (List<RunResult> results : byKind.values()) {
      printFailure(results.get(0));
      if (results.size() > 1) {
        out.println(
            "  So did "
                + (results.size() - 1)
                + " more: "
                + results.stream()
                    .skip(1)
                    .limit(SEEDS_SHOWN)
                    .map(result -> String.valueOf(result.schedule().seed()))
                    .collect(Collectors.joining(", "))
                + (results.size() - 1 > SEEDS_SHOWN ? ", …" : ""));
      }
    }
  }

  private void printFailure(RunResult result) throws IOException {
    Failure failure = result.failure().orElseThrow();
    Schedule schedule = result.schedule();
    out.println("Seed " + schedule.seed() + " failed: " + failure.kind());
    out.println("  " + failure.message());
    out.println("  Shrinking its " + schedule.steps().size() + " steps …");
    Schedule shrunk =
        Shrinker.shrink(schedule, each -> failsWith(failure.kind(), each), SHRINK_ATTEMPTS);
    out.println("  The smallest schedule that fails in the same way:");
    shrunk.toText().lines().forEach(line -> out.println("    " + line));
    Path file = directory.resolve("stellwerk-sim-" + schedule.seed() + ".schedule");
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, "# " + failure.kind() + "\n" + shrunk.toText());
    out.println("  Saved; to see it again, to list its events, and to draw it:");
    out.println("    stellwerk-sim --replay " + file + " --trace trace.txt --page page.html");
  }

  private boolean failsWith(String kind, Schedule schedule) {
    return runner
        .apply(schedule)
        .failure()
        .filter(failure -> failure.kind().equals(kind))
        .isPresent();
  }
}
