package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code stellwerk-sim} of the distribution. */
final class SimulationIT {

  @TempDir private Path directory;

  @Test
  void runsSeedsAndReplaysASchedule() throws Exception {
    try (Installation installation = Installation.create(directory, 0)) {
      Installation.Outcome seeds = installation.run("stellwerk-sim", "--seeds", "20").ok();
      assertThat(seeds.out()).contains("20 runs, 0 failed");
      assertThat(seeds.err()).isEmpty();
      Path schedule = directory.resolve("9.schedule");
      Files.writeString(schedule, installation.run("stellwerk-sim", "--print", "9").ok().out());
      Path trace = directory.resolve("trace.txt");
      Installation.Outcome replay =
          installation
              .run("stellwerk-sim", "--replay", schedule.toString(), "--trace", trace.toString())
              .ok();
      Installation.Outcome seed = installation.run("stellwerk-sim", "--seed", "9").ok();
      assertThat(hashLine(replay)).startsWith("Trace hash ").isEqualTo(hashLine(seed));
      assertThat(trace).isNotEmptyFile();
    }
  }

  private static String hashLine(Installation.Outcome outcome) {
    return outcome.out().lines().findFirst().orElse("");
  }

  @Test
  void aMistakeIsOneLine() throws Exception {
    try (Installation installation = Installation.create(directory, 0)) {
      Installation.Outcome outcome = installation.run("stellwerk-sim", "--sedes", "20");
      assertThat(outcome.exitCode()).isEqualTo(2);
      assertThat(outcome.errorLines())
          .singleElement()
          .asString()
          .contains("did you mean '--seeds'?");
    }
  }
}
