package org.stellwerk.simulation.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.stellwerk.simulation.page.RecordedRun;
import org.stellwerk.simulation.page.RunRecorder;
import org.stellwerk.simulation.page.TracePage;
import org.stellwerk.simulation.run.SimOptions.Option;
import org.stellwerk.simulation.schedule.Schedule;
import org.stellwerk.simulation.schedule.ScheduleFormatException;
import org.stellwerk.simulation.schedule.ScheduleGenerator;
import org.stellwerk.simulation.schedule.Vocabulary;

/**
 * The command {@code stellwerk-sim}: runs seeds or one schedule. Ends with 0 if all runs went well,
 * with 1 if one failed, with 2 if the command line or a file is wrong.
 */
public final class SimMain {

  static final int FINE = 0;
  static final int FAILED = 1;
  static final int WRONG_USE = 2;

  private final SimOptions options;
  private final PrintStream out;

  private SimMain(SimOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /** Ends the JVM with the exit code. */
  public static void main(String[] args) throws InterruptedException {
    int code = run(args, System.out, System.err);
    System.out.flush();
    Runtime.getRuntime().halt(code);
  }

  /** Runs the command and returns its exit code; mistakes are one line on {@code err}. */
  static int run(String[] args, PrintStream out, PrintStream err) throws InterruptedException {
    try {
      return new SimMain(SimOptions.parse(args), out).run();
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
    } catch (NoSuchFileException e) {
      err.println("There is no file " + e.getFile());
    } catch (IOException e) {
      err.println("Cannot read or write a file: " + e);
    }
    return WRONG_USE;
  }

  private int run() throws IOException, InterruptedException {
    if (options.has(Option.HELP)) {
      printHelp();
      return FINE;
    }
    if (options.printedSeed().isPresent()) {
      out.print(ScheduleGenerator.generate(options.printedSeed().get()).toText());
      return FINE;
    }
    Report report = new Report(out, options.saveDirectory(), each -> new ClusterRun(each).run());
    Optional<Path> file = options.schedule();
    Summary summary;
    if (file.isPresent()) {
      summary = runOnce(read(file.get()));
      report.printSummary(summary);
      summary.failures().forEach(this::printDetails);
    } else {
      summary =
          options.isOneRun()
              ? runOnce(ScheduleGenerator.generate(options.firstSeed()))
              : runSeeds(report);
      report.printSummary(summary);
      report.printFailures(summary);
    }
    return summary.failures().isEmpty() ? FINE : FAILED;
  }

  private void printDetails(RunResult result) {
    Failure failure = result.failure().orElseThrow();
    out.println("Failed: " + failure.kind());
    out.println(failure.details());
  }

  private void printHelp() {
    out.println("stellwerk-sim [options]: runs simulated clusters under seeded faults");
    for (Option option : Option.values()) {
      out.println(option.describe());
    }
    out.println("Actions of a schedule, each after 'at TIME' or 'at TIME upon MOMENT':");
    Vocabulary.usages().forEach(usage -> out.println("  " + usage));
    out.println("Moments: " + Vocabulary.moments());
  }

  private static Schedule read(Path file) throws IOException {
    String text = Files.readString(file);
    try {
      return Schedule.parse(text);
    } catch (ScheduleFormatException e) {
      throw new IllegalArgumentException(file + ", " + e.getMessage(), e);
    }
  }

  private Summary runOnce(Schedule schedule) throws IOException {
    ClusterRun run = new ClusterRun(schedule);
    Optional<Path> page = options.page();
    Optional<RunRecorder> recorder = page.map(file -> RunRecorder.attach(run.world()));
    Optional<Path> trace = options.trace();
    RunResult result;
    if (trace.isPresent()) {
      try (EventLog log = new EventLog(trace.get())) {
        run.world().scheduler().addObserver(log);
        result = run.run();
      }
    } else {
      result = run.run();
    }
    if (page.isPresent()) {
      TracePage.write(page.get(), recorded(recorder.orElseThrow(), result));
    }
    out.println("Trace hash " + Long.toHexString(result.traceHash()));
    Summary summary = new Summary();
    summary.add(result);
    return summary;
  }

  private static RecordedRun recorded(RunRecorder recorder, RunResult result) {
    String title = "Seed " + result.schedule().seed();
    return result
        .failure()
        .map(failure -> recorder.finish(title, failure.kind(), failure.message()))
        .orElseGet(() -> recorder.finish(title));
  }

  private Summary runSeeds(Report report) throws InterruptedException {
    long first = options.firstSeed();
    SeedRuns runs = new SeedRuns(first, options.threads(), report::onResult);
    long begin = System.nanoTime();
    LongPredicate goOn =
        options
            .minutes()
            .<LongPredicate>map(time -> seed -> System.nanoTime() - begin < time.toNanos())
            .orElse(seed -> seed - first < options.seeds());
    return runs.run(goOn);
  }
}
