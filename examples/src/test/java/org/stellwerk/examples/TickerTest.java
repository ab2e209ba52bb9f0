package org.stellwerk.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.client.ProgramException;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.ShipStrategy;

class TickerTest {

  private static final JobID ID = new JobID(new UUID(0, 1));

  @TempDir private Path directory;

  @Test
  void sourcesNumberAndStampTheirRecordsUntilCancelled() throws Exception {
    TestingEnvironment environment =
        new TestingEnvironment(2, 3, Map.of(TickSource.INTERVAL_MS, "1"), List.of()).cancelAfter(5);
    long before = System.currentTimeMillis();

    new TickSource().invoke(environment);

    assertThat(environment.emitted()).hasSize(5);
    assertThat(environment.emitted())
        .extracting(tick -> ((Tick) tick).sequence())
        .containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(environment.emitted())
        .allSatisfy(
            tick -> {
              assertThat(((Tick) tick).key()).isEqualTo(2);
              assertThat(((Tick) tick).emittedAtMillis()).isGreaterThanOrEqualTo(before);
            });
  }

  @Test
  void sinksAppendALinePerRecord() throws Exception {
    Map<String, String> configuration = Map.of(TickSink.OUTPUT, directory.resolve("o").toString());
    for (long sequence = 0; sequence < 2; sequence++) {
      List<Tick> ticks = List.of(new Tick(7, sequence, 1234));
      new TickSink().invoke(new TestingEnvironment(1, 2, configuration, ticks));
    }
    List<String> lines = Files.readAllLines(directory.resolve("o").resolve("part-1"));
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).matches("7,0,1234,\\d{13}");
    assertThat(lines.get(1)).matches("7,1,1234,\\d{13}");
  }

  @Test
  void theGraphs() {
    JobGraph ticker = Ticker.build(2, 3, 10, directory).toJobGraph(ID, 9, Map.of());
    assertThat(ticker.vertices()).extracting("parallelism").containsExactly(2, 3);
    assertThat(ticker.edges().get(0).shipStrategy()).isEqualTo(ShipStrategy.HASH);

    JobGraph wide = Wide.build(5).toJobGraph(ID, 9, Map.of());
    assertThat(wide.vertices()).extracting("parallelism").containsExactly(5, 5);
    assertThat(wide.edges().get(0).shipStrategy()).isEqualTo(ShipStrategy.REBALANCE);
  }

  @Test
  void numbersAreChecked() {
    assertThatThrownBy(() -> Wide.main(new String[] {"--width", "many"}))
        .isInstanceOf(ProgramException.class)
        .hasMessage("Argument --width must be a whole number, not 'many'; usage: Wide --width N");
    assertThatThrownBy(() -> Wide.main(new String[] {"--width", "0"}))
        .hasMessage("Argument --width must be at least 1, not 0; usage: Wide --width N");
  }

  @Test
  void anIdleSourceEndsWhenItIsCancelledAndADiscardingSinkAtTheEndOfItsInput() throws Exception {
    IdleSource source = new IdleSource();
    source.cancel();
    TestingEnvironment environment = new TestingEnvironment(0, 1, Map.of(), List.of("a", "b"));
    source.invoke(environment);
    new DiscardingSink().invoke(environment);
    assertThat(environment.emitted()).isEmpty();
    assertThat(environment.input(0).next()).isNull();
  }
}
