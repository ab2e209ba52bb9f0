package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose processes call each other over TLS, with certificates from the script. */
final class SecureClusterIT {

  @TempDir Path directory;

  @Test
  void wordCountRunsOverMutualTls() throws Exception {
    try (Installation installation = Installation.create(directory, 2)) {
      Path certificates = directory.resolve("certificates");
      String lines = installation.run("make-certificates.sh", certificates.toString()).ok().out();
      try (Stream<Path> files = Files.list(certificates)) {
        for (Path file : files.toList()) {
          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
              .isEqualTo("rw-------");
        }
      }
      Path config = directory.resolve("conf/config.yaml");
      Files.writeString(config, Files.readString(config) + lines);
      installation.startCluster();
      Installation.Outcome run =
          installation
              .run(
                  "stellwerk",
                  "run",
                  "-p",
                  "4",
                  Installation.EXAMPLES.toString(),
                  "--input",
                  Installation.TEXT.toString(),
                  "--output",
                  directory.resolve("out").toString())
              .ok();
      assertThat(run.out()).contains("FINISHED");
      assertThat(plainBytesAreAnswered(installation.rpcPort)).isFalse();

      String logs = installation.logs();
      assertThat(logs).contains("with mutual TLS").contains("keystore-password=******");
      assertThat(logs).doesNotContain(password(lines));
    }
  }

  @Test
  void missingKeystoreIsOneLineAtStart() throws Exception {
    try (Installation installation = Installation.create(directory, 1)) {
      installation.configure("high-availability.type", "none");
      installation.replace("config.yaml", "high-availability.type: zookeeper\n", "");
      installation.configure("security.ssl.internal.enabled", "true");
      installation.configure("security.ssl.internal.keystore", "/no/such/keystore");
      Installation.Outcome start = installation.run("jobmanager.sh", "start");
      assertThat(start.exitCode()).isNotZero();
      List<String> errors = start.errorLines();
      assertThat(errors)
          .anyMatch(
              line ->
                  line.contains("security.ssl.internal.keystore")
                      && line.contains("/no/such/keystore"));
      assertThat(installation.pids("jobmanager")).isEmpty();
    }
  }

  private static String password(String lines) {
    return lines
        .lines()
        .filter(line -> line.startsWith("security.ssl.internal.keystore-password: "))
        .map(line -> line.split("\"")[1])
        .findFirst()
        .orElseThrow();
  }

  /** Whether the transport's own greeting, without TLS, is listened to. */
  private static boolean plainBytesAreAnswered(int port) throws IOException {
    try (Socket socket = new Socket("localhost", port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(new byte[] {'A', 'K', 'K', 'A', 1});
      int answer = socket.getInputStream().read();
      return answer != -1 && answer != 0x15;
    }
  }
}
