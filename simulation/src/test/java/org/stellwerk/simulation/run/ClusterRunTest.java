package org.stellwerk.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.stellwerk.simulation.schedule.Schedule;
import org.stellwerk.simulation.schedule.ScheduleGenerator;

class ClusterRunTest {

  private static final int SEEDS = 30;

  @Test
  void aFewSeedsRunWell() throws InterruptedException {
    Summary summary = new SeedRuns(1, 2, result -> {}).run(seed -> seed <= SEEDS);
    assertThat(summary.failures()).isEmpty();
    assertThat(summary.runs()).isEqualTo(SEEDS);
  }

  @Test
  void theSameScheduleGivesTheSameRun() {
    RunResult first = new ClusterRun(ScheduleGenerator.generate(12)).run();
    Schedule read = Schedule.parse(first.schedule().toText());
    RunResult second = new ClusterRun(read).run();
    assertThat(second.traceHash()).isEqualTo(first.traceHash());
    assertThat(second.events()).isEqualTo(first.events());
    assertThat(new ClusterRun(ScheduleGenerator.generate(13)).run().traceHash())
        .isNotEqualTo(first.traceHash());
  }

  @Test
  void aViolationIsTheResult() {
    ClusterRun run = new ClusterRun(ScheduleGenerator.generate(12));
    run.world()
        .scheduler()
        .at(
            Duration.ofSeconds(2),
            "break",
            () -> {
              throw new IllegalStateException("broken on purpose\nsecond line");
            });
    Failure failure = run.run().failure().orElseThrow();
    assertThat(failure.kind()).startsWith("IllegalStateException in ClusterRunTest.");
    assertThat(failure.message()).isEqualTo("broken on purpose");
    assertThat(failure.details()).contains("CONTROL break", "seed 12", "second line");
  }
}
