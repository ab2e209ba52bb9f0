package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.SecurityOptions;

/** Self-signed certificates, made by the JDK's own tool, and settings that use them. */
final class TestCertificates {

  static final String PASSWORD = "correct-horse";

  private TestCertificates() {}

  /** A keystore with a key and its certificate; serves as a truststore too. */
  static Path make(Path directory, String name, String... more) throws Exception {
    Path file = directory.resolve(name + ".p12");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2"));
    command.addAll(List.of("-storetype", "PKCS12", "-keystore", file.toString()));
    command.addAll(List.of("-storepass", PASSWORD));
    command.addAll(List.of(more));
    Path output = directory.resolve(name + ".out");
    Process keytool =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(keytool.waitFor()).as(Files.readString(output)).isZero();
    return file;
  }

  /** A configuration that shows one certificate and trusts another. */
  static Configuration tls(Path shown, Path trusted) {
    return Patience.CONFIGURATION
        .with(SecurityOptions.INTERNAL_ENABLED, true)
        .with(SecurityOptions.INTERNAL_KEYSTORE, shown.toString())
        .with(SecurityOptions.INTERNAL_KEYSTORE_PASSWORD, PASSWORD)
        .with(SecurityOptions.INTERNAL_TRUSTSTORE, trusted.toString())
        .with(SecurityOptions.INTERNAL_TRUSTSTORE_PASSWORD, PASSWORD);
  }
}
