package org.stellwerk.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A seed gives the same run in every JVM, though each salts its hash tables differently. */
class TraceHashIT {

  private static final Path OWN = Path.of(System.getProperty("java.home"));
  private static final Path INSTALLED = Path.of("/usr/lib/jvm");
  private static final String SEED = "14";

  @Test
  void isTheSameInTwoJvms() throws IOException {
    assertThat(hashIn(OWN)).matches("Trace hash [0-9a-f]+").isEqualTo(hashIn(OWN));
  }

  @Test
  void isTheSameOnJdk25() throws IOException {
    Optional<Path> jdk25 = jdk("25");
    assumeThat(jdk25).as("a JDK 25 below " + INSTALLED).isPresent();
    assertThat(hashIn(jdk25.orElseThrow())).isEqualTo(hashIn(OWN));
  }

  private static Optional<Path> jdk(String release) throws IOException {
    if (!Files.isDirectory(INSTALLED)) {
      return Optional.empty();
    }
    try (Stream<Path> directories = Files.list(INSTALLED)) {
      return directories.filter(directory -> isRelease(directory, release)).findFirst();
    }
  }

  private static boolean isRelease(Path directory, String release) {
    try {
      return Files.readString(directory.resolve("release"))
          .contains("JAVA_VERSION=\"" + release + ".");
    } catch (IOException e) {
      return false;
    }
  }

  private static String hashIn(Path javaHome) throws IOException {
    Process process =
        new ProcessBuilder(
                javaHome.resolve("bin/java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                SimMain.class.getName(),
                "--seed",
                SEED)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return output.lines().filter(line -> line.startsWith("Trace hash")).findFirst().orElse(output);
  }
}
