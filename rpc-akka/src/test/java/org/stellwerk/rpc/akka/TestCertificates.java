package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.SecurityOptions;

/** Self-signed certificates, made by the JDK's own tool, and settings that use them. */
final class TestCertificates {

  static final String PASSWORD = "correct-horse";

  private static final String KEY_AND_AGE = " -keyalg EC -groupname secp256r1 -validity 2";

  private TestCertificates() {}

  /** A keystore with a key and its certificate; serves as a truststore too. */
  static Path make(Path directory, String name, String... more) throws Exception {
    Path file = directory.resolve(name + ".p12");
    keytool(
        file,
        Stream.concat(
                Stream.of(
                    ("-genkeypair -alias " + name + " -dname CN=" + name + KEY_AND_AGE).split(" ")),
                Stream.of(more))
            .toArray(String[]::new));
    return file;
  }

  /** A keystore with a key whose certificate is signed by an authority's, made before. */
  static Path signed(Path directory, String authority, String name, String... more)
      throws Exception {
    Path file = make(directory, name);
    Path request = directory.resolve(name + ".request");
    Path certificate = directory.resolve(name + ".certificate");
    Path root = directory.resolve(authority + ".certificate");
    Path authorityFile = directory.resolve(authority + ".p12");
    keytool(file, "-certreq", "-alias", name, "-file", request.toString());
    keytool(
        authorityFile,
        Stream.concat(
                Stream.of(
                    ("-gencert -validity 2 -alias " + authority + " -infile " + request)
                        .split(" ")),
                Stream.concat(Stream.of("-outfile", certificate.toString()), Stream.of(more)))
            .toArray(String[]::new));
    keytool(authorityFile, "-exportcert", "-alias", authority, "-file", root.toString());
    keytool(file, "-importcert", "-noprompt", "-alias", authority, "-file", root.toString());
    keytool(file, "-importcert", "-alias", name, "-file", certificate.toString());
    return file;
  }

  private static void keytool(Path store, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", PASSWORD));
    Path output = store.resolveSibling(store.getFileName() + ".out");
    Process keytool =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(keytool.waitFor()).as(Files.readString(output)).isZero();
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
