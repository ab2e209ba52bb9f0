package org.stellwerk.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stellwerk.simulation.schedule.Schedule;
import org.stellwerk.simulation.schedule.ScheduleGenerator;

class SimMainTest {

  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) throws InterruptedException {
    return SimMain.run(args, print(out), print(err));
  }

  private static PrintStream print(ByteArrayOutputStream to) {
    return new PrintStream(to, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--seedz 3|Unknown option '--seedz'; did you mean '--seeds'?",
        "--seeds|Option --seeds needs a value: --seeds N",
        "--seeds 0|--seeds takes a whole number from 1 on, not '0'",
        "--seed=x|--seed takes a whole number, not 'x'",
        "--minutes 0.5|--minutes takes a whole number from 1 on, not '0.5'",
        "--seeds 5 --trace t|--trace is of one run",
        "--schedule a --replay b|--schedule and --replay mean the same",
        "--replay no-such-file|There is no file no-such-file",
        "more|Unknown option 'more'",
      })
  void aMistakeIsOneLine(String args, String message) throws InterruptedException {
    assertThat(run(args.split(" "))).isEqualTo(SimMain.WRONG_USE);
    assertThat(text(err).lines()).singleElement().asString().startsWith(message);
    assertThat(text(out)).isEmpty();
  }

  @Test
  void aMistakeInAScheduleIsOneLine() throws Exception {
    Path file = directory.resolve("x.schedule");
    Files.writeString(file, "seed 1\nat 2s fly\n");
    assertThat(run("--schedule", file.toString())).isEqualTo(SimMain.WRONG_USE);
    assertThat(text(err).lines())
        .singleElement()
        .asString()
        .contains("x.schedule, line 2: there is no action 'fly'");
  }

  @Test
  void helpNamesOptionsAndActions() throws InterruptedException {
    assertThat(run("--help")).isEqualTo(SimMain.FINE);
    assertThat(text(out))
        .contains("--minutes M", "freeze node=… lasting=…", "Moments: need, slot-request");
  }

  @Test
  void severalSeeds() throws InterruptedException {
    assertThat(run("--seeds=3", "--seed", "5", "--threads", "2")).isEqualTo(SimMain.FINE);
    assertThat(text(out))
        .contains("3 runs, 0 failed", "events/s", "runs/min", "events per second of it");
  }

  @Test
  void aPrintedScheduleCanBeReplayedAndTraced() throws Exception {
    assertThat(run("--print", "7")).isEqualTo(SimMain.FINE);
    Path file = directory.resolve("7.schedule");
    Files.writeString(file, text(out));
    assertThat(Schedule.parse(text(out))).isEqualTo(ScheduleGenerator.generate(7));
    Path trace = directory.resolve("trace.txt");
    assertThat(run("--replay", file.toString(), "--trace", trace.toString()))
        .isEqualTo(SimMain.FINE);
    assertThat(Files.readAllLines(trace))
        .hasSizeGreaterThan(500)
        .anyMatch(line -> line.contains("jm-1#1 MESSAGE"))
        .anyMatch(line -> line.contains("jm-1#1 STARTED"));
  }

  @Test
  void aFailureIsShrunkAndSaved() throws Exception {
    Schedule schedule = ScheduleGenerator.generate(40);
    Report report = new Report(print(out), directory, SimMainTest::failing);
    Summary summary = new Summary();
    summary.add(failing(schedule));
    summary.add(failing(ScheduleGenerator.generate(41)));
    report.printFailures(summary);
    Path file = directory.resolve("stellwerk-sim-40.schedule");
    assertThat(text(out))
        .contains("Seed 40 failed: always", "So did 1 more: 41", "stellwerk-sim --replay " + file);
    Schedule saved = Schedule.parse(Files.readString(file));
    assertThat(saved.steps()).isEmpty();
    assertThat(text(out)).contains("    seed 40\n");
  }

  private static RunResult failing(Schedule schedule) {
    return new RunResult(
        schedule,
        Optional.of(new Failure("always", "it always does", "")),
        0,
        1,
        Duration.ZERO,
        new Coverage());
  }
}
