package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Random faults for a number of seeds: -Dsim.seed=FIRST -Dsim.seeds=COUNT for others. */
class ChaosTest {

  private static final int FIRST_SEED = Integer.getInteger("sim.seed", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 40);
  private static final long TRACED_SEED = 12;

  @Test
  void theClusterRecoversFromRandomFaults() {
    for (int seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      new ChaosRun(seed).run();
    }
  }

  @Test
  void theSameSeedGivesTheSameTraceInTwoJvms() throws IOException {
    String first = traceInNewJvm();
    assertThat(first).matches("trace -?[0-9]+");
    assertThat(traceInNewJvm()).isEqualTo(first);
  }

  private static String traceInNewJvm() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Traced.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return output.lines().filter(line -> line.startsWith("trace ")).findFirst().orElse(output);
  }

  /** One run, in a JVM of its own. */
  static final class Traced {

    private Traced() {}

    public static void main(String[] args) {
      ChaosRun run = new ChaosRun(TRACED_SEED);
      run.run();
      System.out.println("trace " + run.traceHash());
    }
  }
}
