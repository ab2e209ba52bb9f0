package org.stellwerk.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The seeds of every build: -Dsim.seed=FIRST -Dsim.seeds=COUNT for others. */
class SeedBudgetIT {

  private static final long FIRST_SEED = Long.getLong("sim.seed", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 2_000);

  private static final int ENOUGH_FOR_COVERAGE = 2_000;

  @Test
  void everySeedRunsWell() throws InterruptedException, IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
    Report report =
        new Report(out, Path.of("target", "schedules"), each -> new ClusterRun(each).run());
    Summary summary =
        new SeedRuns(FIRST_SEED, Runtime.getRuntime().availableProcessors(), report::onResult)
            .run(seed -> seed < FIRST_SEED + SEEDS);
    report.printSummary(summary);
    report.printFailures(summary);
    System.out.println(text.toString(StandardCharsets.UTF_8));
    assertThat(summary.runs()).isEqualTo(SEEDS);
    assertThat(summary.failures().size()).as(text.toString(StandardCharsets.UTF_8)).isZero();
    if (SEEDS >= ENOUGH_FOR_COVERAGE) {
      assertThat(summary.coverage().missing(RequiredCoverage.names()))
          .as("what exists but no run did")
          .isEmpty();
    }
  }
}
