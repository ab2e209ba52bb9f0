package org.stellwerk.rpc.akka;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.configuration.Configuration;

/** Dead and paused peers with mutual TLS: a lifeline says nothing, so it needs no certificate. */
class AkkaTlsRpcPeerContractTest extends AkkaRpcPeerContractTest {

  @TempDir static Path directory;
  private static Path member;

  @BeforeAll
  static void makeCertificate() throws Exception {
    member = TestCertificates.make(directory, "member");
  }

  @Override
  Configuration configuration() {
    return TestCertificates.tls(member, member);
  }
}
