package org.stellwerk.rpc.akka;

import akka.actor.ActorSystem;
import akka.actor.setup.Setup;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.rpc.SecurityOptions;

/**
 * How a service proves who it is and what it asks of its peers: its key, the certificates that it
 * trusts, version and cipher suites. Both sides of a connection show a certificate. Host names are
 * not compared with certificates: whoever holds a trusted key is a member of the cluster, wherever
 * it runs. Read once, when the service starts; travels with the actor system. Immutable.
 */
final class Tls extends Setup {

  private static final List<String> VERSIONS = List.of("TLSv1.2", "TLSv1.3");

  private final SSLContext context;
  private final SSLParameters parameters;

  private Tls(SSLContext context, SSLParameters parameters) {
    this.context = context;
    this.parameters = parameters;
  }

  /**
   * As configured; empty if it is off.
   *
   * @throws IllegalConfigurationException naming the key and file that cannot be used
   */
  static Optional<Tls> fromConfiguration(Configuration configuration) {
    if (!configuration.get(SecurityOptions.INTERNAL_ENABLED)) {
      return Optional.empty();
    }
    String version = configuration.get(SecurityOptions.PROTOCOL);
    if (!VERSIONS.contains(version)) {
      throw new IllegalConfigurationException(
          "Configuration key '"
              + SecurityOptions.PROTOCOL.key()
              + "' has the value '"
              + version
              + "'; expected one of "
              + VERSIONS
              + ".");
    }
    KeyManager[] keys = TlsStores.keys(configuration);
    TrustManager[] trusted = {TlsStores.trusted(configuration)};
    try {
      SSLContext context = SSLContext.getInstance(version);
      context.init(keys, trusted, null);
      SSLParameters parameters = new SSLParameters();
      parameters.setProtocols(new String[] {version});
      parameters.setCipherSuites(
          suites(configuration.get(SecurityOptions.ALGORITHMS), version, context));
      parameters.setNeedClientAuth(true);
      return Optional.of(new Tls(context, parameters));
    } catch (GeneralSecurityException e) {
      throw new IllegalConfigurationException(
          "TLS cannot be set up with "
              + SecurityOptions.PROTOCOL.key()
              + " "
              + version
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private static String[] suites(String configured, String version, SSLContext context) {
    List<String> supported = Arrays.asList(context.getSupportedSSLParameters().getCipherSuites());
    List<String> suites = new ArrayList<>();
    for (String suite : configured.split(",")) {
      String name = suite.trim();
      if (!supported.contains(name)) {
        throw new IllegalConfigurationException(
            "Configuration key '"
                + SecurityOptions.ALGORITHMS.key()
                + "' names '"
                + name
                + "', which this Java does not have.");
      }
      if (isOfVersion13(name) == version.equals("TLSv1.3")) {
        suites.add(name);
      }
    }
    if (suites.isEmpty()) {
      throw new IllegalConfigurationException(
          "Configuration key '"
              + SecurityOptions.ALGORITHMS.key()
              + "' names no cipher suite of "
              + version
              + " ("
              + SecurityOptions.PROTOCOL.key()
              + ").");
    }
    return suites.toArray(String[]::new);
  }

  private static boolean isOfVersion13(String suite) {
    return !suite.contains("_WITH_");
  }

  /** What an actor system was made with; empty if it does not use TLS. */
  static Optional<Tls> of(ActorSystem system) {
    return system.settings().setup().get(Tls.class);
  }

  SSLEngine serverEngine() {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setSSLParameters(parameters);
    return engine;
  }

  SSLEngine clientEngine(String host, int port) {
    SSLEngine engine = context.createSSLEngine(host, port);
    engine.setUseClientMode(true);
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** Encrypts a connected socket. */
  SSLSocket clientSocket(Socket connected) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(
                    connected,
                    connected.getInetAddress().getHostAddress(),
                    connected.getPort(),
                    true);
    socket.setUseClientMode(true);
    socket.setSSLParameters(parameters);
    return socket;
  }
}
