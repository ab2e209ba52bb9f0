package org.stellwerk.rpc.akka;

import akka.remote.artery.tcp.SSLEngineProvider;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import scala.Option;

/** Gives Artery its engines. Whom to trust is decided in the handshake, by {@link TlsStores}. */
final class TlsEngines implements SSLEngineProvider {

  private final Tls tls;

  TlsEngines(Tls tls) {
    this.tls = tls;
  }

  @Override
  public SSLEngine createServerSSLEngine(String hostname, int port) {
    return tls.serverEngine();
  }

  @Override
  public SSLEngine createClientSSLEngine(String hostname, int port) {
    return tls.clientEngine(hostname, port);
  }

  @Override
  public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
    return Option.empty();
  }

  @Override
  public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
    return Option.empty();
  }
}
