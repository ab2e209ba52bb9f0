package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stellwerk.rpc.akka.Patience.get;
import static org.stellwerk.rpc.akka.TestCertificates.tls;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcUtils;
import org.stellwerk.rpc.SecurityOptions;
import org.stellwerk.rpc.akka.Shop.ShopEndpoint;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.util.ExceptionUtils;

/** Mutual TLS: members call each other, all others are refused, and soon. */
class TlsTest {

  @TempDir static Path directory;
  private static Path member;
  private static Path stranger;

  private final List<RpcService> services = new ArrayList<>();

  @BeforeAll
  static void makeCertificates() throws Exception {
    member = TestCertificates.make(directory, "member");
    stranger = TestCertificates.make(directory, "stranger");
  }

  @AfterEach
  void closeServices() throws Exception {
    RpcUtils.terminateRpcService(services.toArray(RpcService[]::new));
  }

  private AkkaRpcService service(Configuration configuration) throws Exception {
    AkkaRpcService service =
        AkkaRpcServiceUtils.createRemoteRpcService(configuration, "127.0.0.1", "0");
    services.add(service);
    return service;
  }

  private static ShopEndpoint started(RpcService service) {
    ShopEndpoint endpoint = new ShopEndpoint(service, "shop");
    endpoint.start();
    return endpoint;
  }

  private void assertRefused(AkkaRpcService from, String address, String... words)
      throws Exception {
    CompletableFuture<Shop> connected = from.connect(address, Shop.class);
    assertThatThrownBy(() -> get(connected))
        .isInstanceOf(ExecutionException.class)
        .satisfies(
            thrown ->
                assertThat(ExceptionUtils.stripCompletionException(thrown))
                    .isInstanceOf(RpcConnectionException.class)
                    .hasMessageContaining("Shop at " + address)
                    .hasMessageContainingAll(words));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void membersCallEachOther(String version) throws Exception {
    Configuration configuration = tls(member, member).with(SecurityOptions.PROTOCOL, version);
    ShopEndpoint endpoint = started(service(configuration));
    Shop shop = get(service(configuration).connect(endpoint.getAddress(), Shop.class));
    assertThat(get(shop.mirror(new byte[10]))).hasSize(10);
    assertThat(get(shop.mirror(new byte[3_000_000]))).hasSize(3_000_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void clientWithAnotherCertificateIsRefused(String version) throws Exception {
    ShopEndpoint endpoint =
        started(service(tls(member, member).with(SecurityOptions.PROTOCOL, version)));
    assertRefused(
        service(tls(stranger, member).with(SecurityOptions.PROTOCOL, version)),
        endpoint.getAddress(),
        "TLS handshake",
        "does not trust this process's certificate");
    Shop shop =
        get(
            service(tls(member, member).with(SecurityOptions.PROTOCOL, version))
                .connect(endpoint.getAddress(), Shop.class));
    assertThat(get(shop.mirror(new byte[1]))).hasSize(1);
  }

  @Test
  void serverWithAnotherCertificateIsNotTrusted() throws Exception {
    ShopEndpoint endpoint = started(service(tls(stranger, member)));
    assertRefused(
        service(tls(member, member)),
        endpoint.getAddress(),
        "TLS handshake",
        "this process does not trust its certificate");
  }

  @Test
  void whomTheTrustedAuthorityHasSignedIsAMemberUntilItExpires() throws Exception {
    Path authority = TestCertificates.make(directory, "authority", "-ext", "bc:c");
    Path signed = TestCertificates.signed(directory, "authority", "signed");
    ShopEndpoint endpoint = started(service(tls(signed, authority)));
    Shop shop = get(service(tls(signed, authority)).connect(endpoint.getAddress(), Shop.class));
    assertThat(get(shop.mirror(new byte[1]))).hasSize(1);
    Path expired = TestCertificates.signed(directory, "authority", "expired", "-startdate", "-9d");
    assertRefused(
        service(tls(expired, authority)),
        endpoint.getAddress(),
        "TLS handshake",
        "does not trust this process's certificate");
    assertRefused(
        service(tls(signed, authority)),
        started(service(tls(expired, authority))).getAddress(),
        "this process does not trust its certificate");
    assertRefused(service(tls(stranger, authority)), endpoint.getAddress(), "TLS handshake");
  }

  /** The file with the certificate is the proof, as in the JDK; its own date is not looked at. */
  @Test
  void aCertificateInTheTruststoreItselfDoesNotExpire() throws Exception {
    Path old = TestCertificates.make(directory, "old", "-startdate", "-9d");
    ShopEndpoint endpoint = started(service(tls(old, old)));
    Shop shop = get(service(tls(old, old)).connect(endpoint.getAddress(), Shop.class));
    assertThat(get(shop.mirror(new byte[1]))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void plainClientIsRefused(String version) throws Exception {
    ShopEndpoint endpoint =
        started(service(tls(member, member).with(SecurityOptions.PROTOCOL, version)));
    assertRefused(
        service(Patience.CONFIGURATION),
        endpoint.getAddress(),
        "TLS",
        "security.ssl.internal.enabled");
    Shop shop =
        get(
            service(tls(member, member).with(SecurityOptions.PROTOCOL, version))
                .connect(endpoint.getAddress(), Shop.class));
    assertThat(get(shop.mirror(new byte[1]))).hasSize(1);
  }

  @Test
  void plainServerIsRefused() throws Exception {
    ShopEndpoint endpoint = started(service(Patience.CONFIGURATION));
    assertRefused(
        service(tls(member, member)), endpoint.getAddress(), "TLS handshake", "it uses no TLS");
    Shop shop = get(service(Patience.CONFIGURATION).connect(endpoint.getAddress(), Shop.class));
    assertThat(get(shop.mirror(new byte[1]))).hasSize(1);
  }

  /** What the transport's own connection would get, without the trial before it. */
  @Test
  void plainBytesReachNobody() throws Exception {
    AkkaRpcService service = service(tls(member, member));
    ShopEndpoint endpoint = started(service);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.getPort())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(new byte[] {'A', 'K', 'K', 'A', 2, 4, 0, 0, 0, 1, 2, 3, 4});
      out.flush();
      InputStream in = socket.getInputStream();
      int first = in.read();
      assertThat(first).as("a TLS alert, or the end").isIn(0x15, -1);
    }
    Shop shop = get(service(tls(member, member)).connect(endpoint.getAddress(), Shop.class));
    assertThat(get(shop.mirror(new byte[1]))).hasSize(1);
  }

  @Test
  void fingerprintNarrowsWhoIsAMember() throws Exception {
    KeyStore store = KeyStore.getInstance(member.toFile(), TestCertificates.PASSWORD.toCharArray());
    byte[] encoded = store.getCertificate("member").getEncoded();
    for (String algorithm : List.of("SHA-1", "SHA-256")) {
      String fingerprint =
          HexFormat.ofDelimiter(":")
              .withUpperCase()
              .formatHex(MessageDigest.getInstance(algorithm).digest(encoded));
      Configuration pinned =
          tls(member, member).with(SecurityOptions.INTERNAL_CERT_FINGERPRINT, fingerprint);
      ShopEndpoint endpoint = started(service(pinned));
      Shop shop = get(service(pinned).connect(endpoint.getAddress(), Shop.class));
      assertThat(get(shop.mirror(new byte[1]))).hasSize(1);
      Configuration other = pinned.with(SecurityOptions.INTERNAL_CERT_FINGERPRINT, "00".repeat(20));
      assertRefused(
          service(other), endpoint.getAddress(), "this process does not trust its certificate");
      assertRefused(
          service(tls(member, member)), started(service(other)).getAddress(), "TLS handshake");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "security.ssl.internal.keystore            | /no/such/file | there is no such file",
        "security.ssl.internal.truststore          | /no/such/file | there is no such file",
        "security.ssl.internal.keystore            | /             | cannot be read",
        "security.ssl.internal.keystore            | GARBAGE       | it is no pkcs12 file",
        "security.ssl.internal.keystore-password   | wrong         | not the password of that file",
        "security.ssl.internal.truststore-password | wrong         | not the password of that file",
        "security.ssl.internal.key-password        | wrong         | not the password of the private key",
        "security.ssl.internal.keystore-type       | paper         | expected pkcs12 or jks",
        "security.ssl.internal.cert.fingerprint    | 12:34         | expected the SHA-1 or SHA-256",
        "security.ssl.protocol                     | SSLv3         | expected one of [TLSv1.2, TLSv1.3]",
        "security.ssl.algorithms                   | ROT13         | names 'ROT13'",
        "security.ssl.algorithms    | TLS_AES_128_GCM_SHA256 | names no cipher suite of TLSv1.2",
      })
  void whatCannotBeUsedIsSaidAtStart(String key, String value, String expected) throws Exception {
    Path garbage = Files.writeString(directory.resolve("garbage"), "not a keystore");
    Configuration configuration =
        tls(member, member).with(key, value.equals("GARBAGE") ? garbage.toString() : value);
    assertThatThrownBy(() -> service(configuration))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("'" + key + "'")
        .hasMessageContaining(expected)
        .satisfies(
            thrown ->
                assertThat(thrown.getMessage())
                    .doesNotContain(TestCertificates.PASSWORD)
                    .doesNotContain("\n"));
  }

  @Test
  void whatIsNotSetIsSaidAtStart() {
    Configuration configuration =
        Configuration.empty().with(SecurityOptions.INTERNAL_ENABLED, true);
    assertThatThrownBy(() -> service(configuration))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("'security.ssl.internal.keystore' is not set");
  }
}
