package org.stellwerk.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.stellwerk.simulation.schedule.Schedule;

/**
 * The schedules that once found a bug, by the name of the bug. Other code draws other latencies, so
 * that a schedule may miss what it hit; each is run with a few seeds more than its own.
 */
class KeptSchedulesTest {

  private static final int SEEDS = 4;

  static List<Path> schedules() throws IOException, URISyntaxException {
    URL directory = KeptSchedulesTest.class.getResource("/schedules");
    assertThat(directory).isNotNull();
    try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
      List<Path> schedules =
          files.filter(file -> file.toString().endsWith(".schedule")).sorted().toList();
      assertThat(schedules).isNotEmpty();
      return schedules;
    }
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void findsNothingAnyMore(Path file) throws IOException {
    Schedule schedule = Schedule.parse(Files.readString(file));
    for (int i = 0; i < SEEDS; i++) {
      RunResult result = new ClusterRun(schedule.withSeed(schedule.seed() + i)).run();
      assertThat(result.failure().map(Failure::details)).as("seed %d", i).isEmpty();
      assertThat(result.coverage().counts()).isNotEmpty();
    }
  }
}
